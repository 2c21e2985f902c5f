import type {
  DocumentCode, HatchetWorkflow, Json, Open, V1LogLine, V1TaskEvent, V1TaskPointMetric, V1TaskRunMetric, V1TaskStatus, V1TaskSummary, V1TaskTiming, Wire,
} from "./wire.js";

export * from "./wire.js";

/** The systems that Runward speaks to. */
export type SystemName = "hatchet" | "formance" | "onfido" | "meshx";

/** A JSON document: as bytes, as text, or parsed. */
export type Source = Uint8Array | ArrayBuffer | string | object;

/** Why a rule is believed: the vendor's documents, a running server, its source, inference from these, or Runward's own choice. */
export type Evidence = "documented" | "observed" | "source" | "inferred" | "policy";

/** One thing wrong or odd. */
export interface Finding {
  /** Stable; those of documents are a {@link DocumentCode}, those of steps the name of a rule of the lifecycle. */
  code: Open<DocumentCode>;
  /** Only an `error` makes an input invalid. */
  severity: "error" | "warning" | "info";
  /** Where: a JSON Pointer (RFC 6901), `""` for the whole input. */
  pointer: string;
  /** What was met, what is allowed, and how to mend it. */
  message: string;
  /** Which promise it measures by: what servers really send, the published contract, or what may follow what. */
  level: "wire" | "schema" | "lifecycle";
  /** Why the rule is believed. */
  evidence: Evidence;
  /** From 1, where the input was text. */
  line?: number;
  /** In characters from 1, where the input was text. */
  column?: number;
}
