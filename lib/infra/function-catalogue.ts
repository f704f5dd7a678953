/** Who invokes a function: events and schedules from outside, executions of the state machines, or the table's stream. */
export type Caller = 'events' | 'executions' | 'stream';

export type FunctionDescription = {
  readonly description: string;
  readonly caller: Caller;
  /** How long one invocation may take, in seconds; Lambda allows 900. */
  readonly seconds: number;
  readonly memoryMegabytes: number;
  /** How much its `/tmp` holds. @default 512, as Lambda gives without being asked */
  readonly diskMegabytes?: number;
};

/**
 * The most that Lambda gives (https://docs.aws.amazon.com/lambda/latest/dg/configuration-ephemeral-storage.html). An artifact has at
 * most 2 GB, and there may be its archive, its files, and the files and the archive of one that a command makes of it.
 */
const DISK_FOR_ARTIFACTS = 10_240;

/** Every function of the system; functions/aws/<name>.ts is what it runs. */
export const FUNCTIONS = {
  stage: {
    description: 'Performs one stage of a deployment',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 1024,
    diskMegabytes: DISK_FOR_ARTIFACTS,
  },
  undo: {
    description: 'Undoes one change of a deployment',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 1024,
    diskMegabytes: DISK_FOR_ARTIFACTS,
  },
  enter: {
    description: 'Makes sure that a rollback can be done, before it begins',
    caller: 'executions',
    seconds: 150,
    memoryMegabytes: 512,
    diskMegabytes: DISK_FOR_ARTIFACTS,
  },
  conclude: {
    description: 'Ends a deployment: records what is live and gives the lease back',
    caller: 'executions',
    seconds: 120,
    memoryMegabytes: 512,
  },
  request: {
    description: 'Opens the history of a deployment and starts its execution',
    caller: 'events',
    seconds: 60,
    memoryMegabytes: 512,
  },
  rollback: {
    description: 'Opens the history of a rollback and starts its execution',
    caller: 'events',
    seconds: 60,
    memoryMegabytes: 512,
  },
  rerun: {
    description: 'Opens the history of a rerun and starts its execution',
    caller: 'events',
    seconds: 60,
    memoryMegabytes: 512,
  },
  stop: {
    description: 'Records that a deployment is to stop, and ends what it waits for',
    caller: 'events',
    seconds: 120,
    memoryMegabytes: 512,
  },
  flag: {
    description: 'Changes a feature flag',
    caller: 'events',
    seconds: 120,
    memoryMegabytes: 512,
  },
  seal: {
    description: 'Seals the histories',
    caller: 'events',
    seconds: 900,
    memoryMegabytes: 1024,
  },
  unlock: {
    description: 'Frees the lease of an environment',
    caller: 'events',
    seconds: 60,
    memoryMegabytes: 512,
  },
  trigger: {
    description: 'Opens a deployment for an image, an archive or a build',
    caller: 'events',
    seconds: 120,
    memoryMegabytes: 512,
  },
  callback: {
    description: 'Completes stages that wait for somebody outside',
    caller: 'events',
    seconds: 300,
    memoryMegabytes: 1024,
  },
  reconcile: {
    description: 'Drives on what is open and has no living execution',
    caller: 'events',
    seconds: 600,
    memoryMegabytes: 512,
  },
  publish: {
    description: 'Tells every event of the histories to the event bus',
    caller: 'stream',
    seconds: 60,
    memoryMegabytes: 512,
  },
  'group-file': {
    description: 'Splits a file of an exported table by streams, for a distributed audit',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 3008,
  },
  'fold-seals': {
    description: 'Verifies the seals of an exported table',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 2048,
  },
  'verify-group': {
    description: 'Verifies one group of streams of an exported table',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 2048,
  },
  'conclude-verification': {
    description: 'Adds up what a distributed audit found, and writes its report',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 1024,
  },
} as const satisfies Readonly<Record<string, FunctionDescription>>;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];

/** The functions that somebody calls. */
export function calledBy(caller: Caller): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => FUNCTIONS[name].caller === caller);
}
