/** Why tracks are looked at, kept for this sitting: a reload of the page is the same look. */
const KEY = "civicwatt.purpose.";

const keyOf = (vehicle: number, day: string) => `${KEY}${vehicle}.${day}`;

export function rememberPurpose(vehicle: number, day: string, purpose: string) {
  window.sessionStorage.setItem(keyOf(vehicle, day), purpose);
}

export function purposeOf(vehicle: number | null, day: string): string | null {
  return vehicle === null ? null : window.sessionStorage.getItem(keyOf(vehicle, day));
}
