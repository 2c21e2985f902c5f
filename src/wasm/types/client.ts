
/** A secret, or what gives it, asked anew for each call. */
export type Secret = string | (() => string | Promise<string>);

/** What goes on inside a call, for logs and measures. None of it holds a secret, and a hook that throws disturbs nothing. */
export interface Hooks {
  /** A request is about to be sent; `url` is without its query, `attempt` counts from 1. */
  onRequest?(event: { method: string; url: string; attempt: number }): void;
  /** An answer came, this many milliseconds after its request; `requestId` is the system's own, where it gives one. */
  onResponse?(event: { method: string; url: string; status: number; requestId?: string; millis: number }): void;
  /** A try failed, and there will be another after this many milliseconds. */
  onRetry?(event: { code: string; wait: number }): void;
}

/** Where a client tells what it does, such as `console`: requests and responses by `debug`, retries by `warn`. No secret is told. */
export interface Logger {
  debug?(line: string, fields: object): void;
  warn?(line: string, fields: object): void;
}

/** What every client takes. */
export interface ClientOptions {
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Milliseconds a single try may take. */
  timeout?: number;
  /** Milliseconds a whole call may take. */
  deadline?: number;
  /** How many more times a read is tried after the first. */
  retries?: number;
  /** The largest answer to take, in bytes. */
  maxBytes?: number;
  hooks?: Hooks;
  logger?: Logger;
  /** Ends all calls of the client. */
  signal?: AbortSignal;
  /** A page shows its token to every visitor; without this, a client refuses to be made in one. */
  iKnowThisTokenIsPublic?: boolean;
}

/** What a client of Hatchet takes. */
export interface HatchetOptions extends ClientOptions {
  token: Secret;
  /** Where Hatchet's API begins; read from the token when absent. */
  baseUrl?: string;
  /** The tenant's id; read from the token when absent. */
  tenant?: string;
  /**
   * Look whether there is a workflow before a run of it is created, once in five minutes for each: a create of a name that nobody
   * registered is an `ArgumentError`, `unknown_workflow`, with the nearest name. Without, servers since v0.95 answer it with an id
   * that nobody will ever know.
   */
  checkWorkflow?: boolean;
}

/**
 * A client of Hatchet's v1 REST API. It holds a token, so it belongs into an edge function, a worker or a server.
 * Throws `ArgumentError` for wrong options, and in a page, where a token is no secret.
 */
export class Hatchet {
  constructor(options: HatchetOptions);
  readonly runs: Runs<"hatchet"> & {
    /** The run's status alone. */
    status(id: string, options?: CallOptions): Promise<V1TaskStatus>;
    /** What happened to its tasks, newest first, all of it. Of a run that is one task this is empty: ask `tasks.events`. */
    events(id: string, options?: CallOptions): Promise<Items<V1TaskEvent>>;
    /** When its tasks were queued, started and finished; with `depth` up to 10, those of runs that it started too. */
    timings(id: string, query?: { depth?: number }, options?: CallOptions): Promise<Items<V1TaskTiming>>;
  };
  readonly tasks: {
    /** Tasks of all runs, newest first. The list moves while it is paged: give `until`. */
    list(query?: TaskQuery & Paging, options?: CallOptions): Promise<Items<V1TaskSummary>>;
    /** A task as its newest attempt, or the one given, counted from 1, left it. */
    get(id: string, query?: { attempt?: number }, options?: CallOptions): Promise<V1TaskSummary>;
    /** What happened to a task, newest first. */
    events(id: string, paging?: Paging, options?: CallOptions): Promise<Items<V1TaskEvent>>;
    /** What a task wrote. */
    logs(id: string, query?: LogQuery & { attempt?: number }, options?: CallOptions): Promise<Items<V1LogLine>>;
  };
  /** What all tasks wrote, or these. */
  logs(query?: LogQuery & { task?: string | string[]; workflow?: string | string[] }, options?: CallOptions): Promise<Items<V1LogLine>>;
  /** How many tasks have each status. Of several pairs of metadata one is enough. */
  metrics(query?: Omit<TaskQuery, "status" | "worker" | "payloads">, options?: CallOptions): Promise<V1TaskRunMetric[]>;
  /** How many tasks succeeded and failed, in steps of a minute to a day as the time between is short or long. */
  histogram(query?: { since?: Time; until?: Time }, options?: CallOptions): Promise<V1TaskPointMetric[]>;
  readonly workflows: {
    /** The workflows that workers registered; `name` is looked for anywhere in theirs. */
    list(query?: { name?: string } & Paging, options?: CallOptions): Promise<Items<HatchetWorkflow>>;
    get(id: string, options?: CallOptions): Promise<HatchetWorkflow>;
  };
  /** Runs that begin once, at a time; some seconds after that their schedule is gone. */
  readonly schedules: {
    /** `workflow` is an id. */
    list(query?: { workflow?: string } & Paging, options?: CallOptions): Promise<Items<HatchetSchedule>>;
    get(id: string, options?: CallOptions): Promise<HatchetSchedule>;
    /** By the workflow's name. There is no key to find it by: look into the list before you do it again. A time that is past is taken. */
    create(workflow: string, schedule: { triggerAt: string; input: object; additionalMetadata: object; priority?: number }, options?: CallOptions): Promise<HatchetSchedule>;
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  /** Runs that begin again and again. */
  readonly crons: {
    /** `workflow` is an id. */
    list(query?: { workflow?: string } & Paging, options?: CallOptions): Promise<Items<HatchetCron>>;
    get(id: string, options?: CallOptions): Promise<HatchetCron>;
    /** By the workflow's name. Servers do not check the expression. */
    create(
      workflow: string,
      cron: { cronName: string; cronExpression: string; input: object; additionalMetadata: object; priority?: number },
      options?: CallOptions,
    ): Promise<HatchetCron>;
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  /** What was pushed, by workers or webhooks: REST pushes nothing. */
  readonly pushedEvents: {
    list(query?: EventQuery & Paging, options?: CallOptions): Promise<Items<HatchetEvent>>;
    get(id: string, options?: CallOptions): Promise<HatchetEvent>;
    /** The keys that there were. */
    keys(options?: CallOptions): Promise<Items<string>>;
  };
  /** The server's version, with a leading `v`. */
  version(options?: CallOptions): Promise<string>;
}

/** What schedules and crons have in common, as Hatchet sends it. */
export interface HatchetPlan {
  metadata: { id: string; createdAt: string; updatedAt: string };
  tenantId: string;
  workflowId: string;
  workflowVersionId: string;
  workflowName: string;
  method: string;
  input?: Record<string, unknown>;
  additionalMetadata?: Record<string, unknown>;
  /** 1 to 3. */
  priority?: number;
}

/** A run that begins at a time. */
export interface HatchetSchedule extends HatchetPlan {
  triggerAt: string;
  /** The zero time before it. */
  workflowRunCreatedAt?: string;
  workflowRunName?: string;
  /** Words of its own: `PENDING`, `RUNNING`, `SUCCEEDED`, `FAILED`, `CANCELLED`, `QUEUED`, `BACKOFF`. */
  workflowRunStatus?: string;
  workflowRunId?: string;
}

/** Runs that begin by the clock. */
export interface HatchetCron extends HatchetPlan {
  cron: string;
  name?: string;
  enabled: boolean;
}

/** An event, and how the runs stand that it began. */
export interface HatchetEvent {
  metadata: { id: string; createdAt: string; updatedAt: string };
  key: string;
  tenantId: string;
  workflowRunSummary: { running: number; queued: number; succeeded: number; failed: number; cancelled: number };
  payload?: Record<string, unknown>;
  additionalMetadata?: Record<string, unknown>;
  scope?: string;
  seenAt?: string;
  triggeredRuns?: { workflowRunId: string; filterId?: string }[];
  triggeringWebhookName?: string;
}

/** Which events; without a member, all. */
export interface EventQuery {
  key?: string | string[];
  /** Seen at or after. */
  since?: Time;
  /** Seen at or before. */
  until?: Time;
  /** Ids of workflows that they began runs of. */
  workflow?: string | string[];
  /** Pairs of the metadata. */
  metadata?: Record<string, string>;
  scope?: string | string[];
}

/** A time: milliseconds since 1970, a date with an offset as text, or a `Date`. */
export type Time = number | string | Date;

/** Which tasks; without a member, all. */
export interface TaskQuery {
  /** Inserted at or after. */
  since?: Time;
  /** Inserted at or before. */
  until?: Time;
  status?: V1TaskStatus | V1TaskStatus[];
  /** Ids of workflows. */
  workflow?: string | string[];
  /** Pairs of the metadata, all of which must be there. */
  metadata?: Record<string, string>;
  /** The worker that had them. */
  worker?: string;
  /** Inputs and outputs too. */
  payloads?: boolean;
}

/** Which lines of a log. There are no pages of them: go on with `since` where the last ended. */
export interface LogQuery {
  /** Written at or after. */
  since?: Time;
  /** Written at or before. */
  until?: Time;
  /** A part of the line. */
  search?: string;
  level?: "DEBUG" | "INFO" | "WARN" | "ERROR" | ("DEBUG" | "INFO" | "WARN" | "ERROR")[];
  order?: "ASC" | "DESC";
  /** At the most, up to 10,000; 50 when absent. */
  limit?: number;
}

/** What a client of Formance Flows takes: a token, a client's id and secret, or neither where a server asks for none. */
export type FormanceOptions = ClientOptions & {
  /**
   * Where Flows begins, such as `http://localhost:8080` or `https://….formance.cloud/api/orchestration`. With `clientId` it may
   * be the stack's own address; tokens are fetched from its `/api/auth/oauth/token`, kept, and renewed.
   */
  baseUrl: string;
} & ({ token?: Secret } | { clientId: string; clientSecret: Secret });

/** A page of what a system keeps beside runs, as it sent it. */
export interface Items<T = unknown> {
  items: T[];
  /** The `cursor` of the next page; absent on the last. */
  next?: string;
}

/** Which page to read. */
export interface Paging {
  /** The `next` of an earlier page. */
  cursor?: string;
  /** How many a page holds: of Formance's at most 100. */
  limit?: number;
}

/** A client of Formance Flows, v2. Whatever its own methods give is the inside of the system's envelope, as it sent it. */
export class Formance {
  constructor(options: FormanceOptions);
  readonly runs: Runs<"formance">;
  readonly instances: {
    /**
     * Sends an event to the stage that is open. Taken is not consumed: look at the run. `not_ready` may be tried again. A run
     * that is handed in and waits for no event is refused with a `TransitionError`, as `cancel` refuses.
     */
    sendEvent(run: string | Run<"formance">, event: { name: string }, options?: MoveOptions): Promise<void>;
    /** Asks for a run's end. Servers of today take it and do nothing. An end is refused as `cancel` refuses it. */
    abort(run: string | Run<"formance">, options?: MoveOptions): Promise<void>;
    /** What each stage that began was given. */
    history(id: string, options?: CallOptions): Promise<unknown[]>;
    /** What a stage did: why a run that looks running does not move. */
    stageHistory(id: string, stage: number, options?: CallOptions): Promise<unknown[]>;
  };
  readonly workflows: {
    list(paging?: Paging, options?: CallOptions): Promise<Items>;
    create(workflow: { name?: string; stages: object[] }, options?: CallOptions): Promise<unknown>;
    get(id: string, options?: CallOptions): Promise<unknown>;
    delete(id: string, options?: CallOptions): Promise<void>;
  };
  readonly triggers: {
    list(paging?: Paging, options?: CallOptions): Promise<Items>;
    create(
      trigger: { event: string; workflowID: string; name?: string; version?: string; filter?: string; vars?: Record<string, string> },
      options?: CallOptions,
    ): Promise<unknown>;
    get(id: string, options?: CallOptions): Promise<unknown>;
    delete(id: string, options?: CallOptions): Promise<void>;
    /** What the trigger would make of an event with this payload. */
    test(id: string, payload: object, options?: CallOptions): Promise<unknown>;
    occurrences(id: string, paging?: Paging, options?: CallOptions): Promise<Items>;
  };
  /** The server's version. */
  info(options?: CallOptions): Promise<unknown>;
}

/** What a client of Onfido takes: an API token, or an OAuth client. */
export type OnfidoOptions = ClientOptions & {
  /** Whose servers; `eu` when absent. */
  region?: "eu" | "us" | "ca";
  /** Instead of a region's servers; one without a path gets `/v3.6`. */
  baseUrl?: string;
} & ({ token: Secret } | { clientId: string; clientSecret: Secret });

/** How to take a file. */
export interface FileOptions extends CallOptions {
  /**
   * `"bytes"` when absent, of at most the client's `maxBytes`. As a `Response` it has any size, and its body comes as it is
   * read; it ends with its signals and `deadline`, and with a `TimeoutError` when it is silent for longer than `timeout`.
   */
  as?: "bytes" | "response";
  /** Milliseconds for which a file that is not made yet is asked for again. */
  wait?: number;
}

/** An operation that gives a file. */
export interface TakeFile<Places extends unknown[]> {
  (...places: [...Places, options: FileOptions & { as: "response" }]): Promise<Response>;
  (...places: [...Places, options?: FileOptions & { as?: "bytes" }]): Promise<Uint8Array>;
}

/**
 * A client of Onfido Studio, v3.6. Files come as bytes or as a `Response`, and never as text. They are made some time after
 * they are asked for: say how long to `wait`.
 */
export class Onfido {
  constructor(options: OnfidoOptions);
  readonly runs: Runs<"onfido">;
  readonly tasks: {
    list(id: string, options?: CallOptions): Promise<unknown[]>;
    get(id: string, task: string, options?: CallOptions): Promise<unknown>;
    /**
     * Completes a task that waits for data of yours. Read the task before you do it again: a run that has ended, and a task that
     * is handed in and was completed, are refused with a `TransitionError`, as `cancel` refuses.
     */
    complete(
      run: string | Run<"onfido">,
      task: string | object,
      body: { data: object | unknown[] },
      options?: MoveOptions,
    ): Promise<void>;
  };
  readonly timelineFile: {
    /** Asks for the file to be made: `{ workflow_timeline_file_id, href }`. */
    create(id: string, options?: CallOptions): Promise<unknown>;
    get: TakeFile<[id: string, file: string]>;
  };
  /** The signed evidence file: a PDF. */
  evidence: TakeFile<[id: string]>;
  /** The evidence folder: a ZIP archive. */
  evidenceFolder: TakeFile<[id: string]>;
  /** Documents that were signed electronically: PDFs. */
  readonly documents: {
    qualified: TakeFile<[id: string, file: string]>;
    advanced: TakeFile<[id: string, file: string]>;
    simple: TakeFile<[id: string, file: string]>;
  };
}

/** What a client of meshX takes: a token, or a login whose tokens are fetched, kept, and renewed. */
export type MeshXOptions = ClientOptions & {
  baseUrl: string;
  /** Whose runs. */
  org: string;
} & ({ token: Secret } | { login: { user: string; password: Secret; remember?: boolean } });

/** Which compute job is meant. */
export interface ComputeQuery {
  jobType?: "dq" | "prof";
  /** `latest` when absent. */
  suffix?: string;
  run?: string;
}

/** A client of meshX Foundation. */
export class MeshX {
  constructor(options: MeshXOptions);
  readonly runs: Runs<"meshx">;
  /** Replaces what can be replaced of a run, all of it: read the run first. */
  update(
    id: string,
    run: { status: string; config: object | null; error_message: string | null; updated_at: string | null; completed_at: string | null },
    options?: CallOptions,
  ): Promise<unknown>;
  /** The run's tasks, in whatever form the engine behind it has. */
  graph(id: string, options?: CallOptions): Promise<unknown>;
  /** The data products, whose ids runs are created with. */
  products(options?: CallOptions): Promise<unknown[]>;
  readonly compute: {
    get(id: string, query?: ComputeQuery, options?: CallOptions): Promise<unknown>;
    logs(id: string, query?: ComputeQuery, options?: CallOptions): Promise<string[]>;
  };
  /** Who the token belongs to. */
  user(options?: CallOptions): Promise<unknown>;
  /** What errors the server knows. */
  errorCodes(options?: CallOptions): Promise<unknown[]>;
}

/** A client of any system. */
export type SystemClient = Hatchet | Formance | Onfido | MeshX;

/** What gateways and triggers share. */
export interface HandlerOptions {
  /** The path that all routes are below: `/api` when absent. */
  basePath?: string;
  /** Tokens of which every request must bring one, as `Authorization: Bearer …`; none is asked for when absent. */
  accessTokens?: string[];
  /** Other origins whose pages may read and write here. */
  origins?: string[];
  /** The largest body of a request, in bytes: 4 MiB when absent. */
  maxBytes?: number;
  /** Lets a request in by giving `true`; a `Response` becomes the answer, anything else refuses. */
  authorize?(request: Request): boolean | Response | Promise<boolean | Response>;
}

/** What a gateway takes. */
export interface GatewayOptions extends HandlerOptions {
  /** The clients that it speaks through. */
  systems: { hatchet?: Hatchet; formance?: Formance; onfido?: Onfido; meshx?: MeshX };
  /**
   * Which of the systems' own operations it offers, for all of them or for each: `"reads"` when absent, which are those that
   * change nothing and give no file (a file may be somebody's passport); `"all"`, `"none"`, or a list of names as
   * `capabilities` has them. Runs are listed, read, created, cancelled and replayed in any case, but for `readOnly`.
   */
  operations?: Offer | { [S in SystemName]?: Offer | string[] };
  /** Nothing can be changed through it: no run created, cancelled or replayed either. */
  readOnly?: boolean;
}

/** Which of a system's own operations a gateway offers. */
export type Offer = "reads" | "all" | "none";

/** An edge handler that holds the systems' tokens and serves browsers: lists, runs, their events, creates, cancels. */
export class Gateway {
  constructor(options: GatewayOptions);
  /** Answers a request. Failures are answers too; it rejects only when the request is aborted. It needs no `this`. */
  readonly handle: (request: Request) => Promise<Response>;
}

/** What a trigger takes. */
export interface TriggerOptions extends HandlerOptions {
  /** The client that it creates runs through. */
  client: SystemClient;
  /** The workflow of every run; the whole body is then its input. Without it the body names the workflow. */
  workflow?: string;
  /** Where runs are read, for the `Location` of the answer. */
  location?: string;
}

/** An edge function that takes a form post or JSON, creates a run, and answers 202 with its `Location`, or 4xx with findings. */
export function trigger(options: TriggerOptions): (request: Request) => Promise<Response>;
