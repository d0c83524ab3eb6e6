/** The server's answers under the names the pages use; the types themselves are generated from its OpenAPI document. */
import type { components } from "./api.gen";

type Schemas = components["schemas"];

export type Problem = Schemas["Problem"];
export type Session = Schemas["SessionOut"];
export type Figure = Schemas["Figure"];
export type FigureKey = Figure["key"];
export type Live = Schemas["Live"];
export type InstitutionRow = Schemas["InstitutionRow"];
export type Overview = Schemas["Overview"];
export type Institution = Schemas["InstitutionPage"];
export type Meter = Schemas["MeterOut"];
export type EndUse = Meter["end_use"];
export type MeterState = Meter["state"];
export type LoadSeries = Schemas["LoadSeries"];
export type Quality = LoadSeries["quality"][number];
export type Load = Schemas["Load"];
export type Step = Load["step"];
export type MonthOfMeter = Schemas["MonthOut"];
export type EnergyMeter = Schemas["EnergyMeter"];
export type ReplacementOfMeter = Schemas["ReplacementOfMeter"];
export type ReplacementTaken = Schemas["ReplacementOut"];
export type Correction = Schemas["CorrectionOut"];
export type CorrectionList = Schemas["CorrectionList"];
export type GatewayList = Schemas["GatewayList"];
export type Gateway = Schemas["GatewayRow"];
export type GatewayCode = Schemas["CodeOut"];
export type FactorInput = Schemas["FactorInput"];
export type DenominatorInput = Schemas["DenominatorInput"];
export type EnergyInput = Schemas["EnergyInput"];
export type Lineage = Schemas["Lineage"];
export type RegionLineage = Schemas["RegionLineage"];
export type InstitutionPart = Schemas["InstitutionPart"];
export type PointReadings = Schemas["PointReadings"];
export type ModuleMeta = Schemas["ModuleMeta"];
export type EntityMeta = Schemas["EntityMeta"];
export type FieldMeta = Schemas["FieldMeta"];
export type TransitionMeta = Schemas["TransitionMeta"];
export type Steps = Schemas["StepsOut"];
export type StepTaken = Schemas["StepTaken"];
export type HistoryEntry = Schemas["HistoryEntry"];
export type Title = Schemas["Title"];
export type Tree = Schemas["TreeOut"];
export type Node = Schemas["NodeOut"];
export type Inbox = Schemas["Inbox"];
export type Waiting = Schemas["Waiting"];
export type Imported = Schemas["ImportOut"];

/** A file of a record; no module that keeps files is described in the generated types yet. */
export interface Attachment {
  id: number;
  name: string;
  kind: string;
  sha256: string;
  by: string;
  at: string;
}
