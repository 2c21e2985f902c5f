
/** The systems that sign what they deliver. */
export type WebhookScheme = "hatchet" | "formance" | "onfido";

/** A webhook as it arrived. */
export interface Delivery {
  /** The raw body: a parsed and printed one has another signature. */
  body: Uint8Array | ArrayBuffer | string;
  /** The request's headers; names in any case. */
  headers: HeadersInit | Record<string, string | string[] | undefined>;
  /** The secret that signs, or several while one is being replaced. */
  secret: string | string[];
  /** The time of arrival, in milliseconds since 1970; now when absent. */
  now?: number;
  /** How far a signed time may be from it: 300 when absent. */
  toleranceSeconds?: number;
}

/** A genuine delivery, read. */
export interface WebhookEvent {
  system: WebhookScheme;
  /** What happened, in the system's own word. */
  type: string;
  /** The run it happened to. */
  runId?: string;
  /** The stage it happened to. */
  stageId?: string;
  /** The status that the delivery tells. */
  status?: string;
  /** Equal in two deliveries of the same event: remember it to handle each event once. */
  key: string;
  /** A delivery somebody asked for to test the receiver. */
  test: boolean;
  /** The whole body, parsed. */
  body: Json;
}

/**
 * Checks in constant time that one of the secrets signed the delivery, and where a time is signed that it is near, and
 * only then reads it. Throws `SignatureError` for a delivery that is not genuine or too old, `DecodeError` for a genuine
 * one that is not what the system is known to send, `ArgumentError` for a missing secret or a body that is not raw, and
 * `UnsupportedError` for a system without webhooks.
 */
export function verifyWebhook(system: WebhookScheme, delivery: Delivery): WebhookEvent;
