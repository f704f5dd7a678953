/** Who invokes a function: events and schedules from outside, executions of the state machines, or the table's stream. */
export type Caller = 'events' | 'executions' | 'stream';

export type FunctionDescription = {
  readonly description: string;
  readonly caller: Caller;
  /** How long one invocation may take, in seconds; Lambda allows 900. */
  readonly seconds: number;
  readonly memoryMegabytes: number;
};

/** Every function of the system; functions/aws/<name>.ts is what it runs. */
export const FUNCTIONS = {
  stage: {
    description: 'Performs one stage of a deployment',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 1024,
  },
  undo: {
    description: 'Undoes one change of a deployment',
    caller: 'executions',
    seconds: 900,
    memoryMegabytes: 1024,
  },
  enter: {
    description: 'Makes sure that a rollback can be done, before it begins',
    caller: 'executions',
    seconds: 150,
    memoryMegabytes: 512,
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
} as const satisfies Readonly<Record<string, FunctionDescription>>;

export type FunctionName = keyof typeof FUNCTIONS;

export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as readonly FunctionName[];

/** The functions that somebody calls. */
export function calledBy(caller: Caller): readonly FunctionName[] {
  return FUNCTION_NAMES.filter((name) => FUNCTIONS[name].caller === caller);
}
