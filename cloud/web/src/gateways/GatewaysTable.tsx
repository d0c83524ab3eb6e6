import { Button, Tooltip } from "antd";
import type { Gateway } from "../api";
import { clockOf, dateOf, UNKNOWN } from "../format";
import { type Column, DataTable } from "../parts/DataTable";
import { useTexts } from "../preferences";
import type { Translate } from "../texts";
import { STATES } from "../tokens";

const SOON_DAYS = 30;

/** A length of time in its largest whole unit. */
function lasting(seconds: number, t: Translate): string {
  if (seconds < 120) return t("seconds", { n: seconds });
  if (seconds < 7200) return t("minutes", { n: Math.floor(seconds / 60) });
  if (seconds < 172_800) return t("hours", { n: Math.floor(seconds / 3600) });
  return t("days", { n: Math.floor(seconds / 86_400) });
}

function Presence({ gateway }: { gateway: Gateway }) {
  const t = useTexts();
  const key = gateway.online ? "online" : gateway.last_seen_at ? "offline" : "never";
  const { colour, sign } = STATES[{ online: "good", offline: "bad", never: "unknown" }[key] as keyof typeof STATES];
  return (
    <span className="state">
      <span aria-hidden="true" style={{ color: colour }}>
        {sign}
      </span>
      {t(`gateway_${key}`)}
    </span>
  );
}

function certificate(gateway: Gateway, t: Translate): string {
  if (gateway.certificate_days === null) return t("certificate_none");
  return gateway.certificate_days < 0 ? t("certificate_over") : t("certificate_days", { n: gateway.certificate_days });
}

function columnsFor(at: string, onCode: (gateway: string) => void, t: Translate): Column<Gateway>[] {
  return [
    { key: "id", title: t("gateway"), onCard: true, sortBy: (row) => row.id, cell: (row) => row.id },
    { key: "state", title: t("state"), onCard: true, sortBy: (row) => Number(row.online), cell: (row) => <Presence gateway={row} /> },
    {
      key: "seen",
      title: t("last_seen"),
      onCard: true,
      sortBy: (row) => row.last_seen_at,
      cell: (row) => (row.last_seen_at ? `${dateOf(row.last_seen_at) === dateOf(at) ? "" : `${dateOf(row.last_seen_at)} `}${clockOf(row.last_seen_at)}` : UNKNOWN),
    },
    { key: "region", title: t("region"), sortBy: (row) => row.division, cell: (row) => row.region ?? row.division ?? UNKNOWN },
    {
      key: "devices",
      title: t("devices_answering"),
      numeric: true,
      onCard: true,
      sortBy: (row) => row.devices_answering - row.devices,
      cell: (row) => `${row.devices_answering}/${row.devices}`,
    },
    {
      key: "lag",
      title: t("ack_lag"),
      numeric: true,
      onCard: true,
      sortBy: (row) => row.ack_lag_s,
      cell: (row) => (row.ack_lag_s === null ? UNKNOWN : lasting(row.ack_lag_s, t)),
    },
    {
      key: "certificate",
      title: t("certificate"),
      onCard: true,
      sortBy: (row) => row.certificate_days,
      cell: (row) => (
        <Tooltip title={row.certificate_expires_at ? dateOf(row.certificate_expires_at) : ""}>
          <span>
            {row.certificate_days !== null && row.certificate_days < SOON_DAYS && (
              <span className="watch-sign" aria-hidden="true">
                ▲{" "}
              </span>
            )}
            {certificate(row, t)}
          </span>
        </Tooltip>
      ),
    },
    {
      key: "code",
      title: t("enrolment"),
      onCard: true,
      cell: (row) => (
        <Button size="small" onClick={() => onCode(row.id)} aria-label={`${row.id} ${t("make_code")}`}>
          {t("make_code")}
        </Button>
      ),
    },
  ];
}

interface Props {
  rows: Gateway[];
  at: string;
  onCode: (gateway: string) => void;
}

/** Every gateway: whether it is there, how its meters answer, how long its certificate lasts. */
export function GatewaysTable({ rows, at, onCode }: Props) {
  const t = useTexts();
  return <DataTable label={t("gateways")} columns={columnsFor(at, onCode, t)} rows={rows} rowKey={(row) => row.id} initialSort={{ key: "id", descending: false }} />;
}
