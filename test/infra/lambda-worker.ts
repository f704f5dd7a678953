import { parentPort, workerData } from 'node:worker_threads';

/** One function: its bundle is loaded here, in a thread whose environment variables are those of the function and no others. */
export type Order = {
  readonly id: number;
  readonly payload: unknown;
  /** How far the clock is ahead, in milliseconds: as long as waits would have taken that are not waited for. */
  readonly ahead: number;
};
export type Outcome = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly error: { readonly name: string; readonly message: string } }
);

const { entry, name, seconds } = workerData as { entry: string; name: string; seconds: number };
let ahead = 0;
const RealDate = Date;
globalThis.Date = class extends RealDate {
  constructor(...given: [] | [number]) {
    super(...((given.length === 0 ? [RealDate.now() + ahead] : given) as [number]));
  }
  static override now(): number {
    return RealDate.now() + ahead;
  }
} as DateConstructor;

const { handler } = (await import(entry)) as {
  readonly handler: (payload: unknown, context: object) => Promise<unknown>;
};

parentPort?.on('message', async ({ id, payload, ahead: byNow }: Order) => {
  ahead = byNow;
  const endsAt = performance.now() + seconds * 1000;
  const context = {
    functionName: name,
    awsRequestId: `request-${id}`,
    getRemainingTimeInMillis: () => endsAt - performance.now(),
  };
  parentPort?.postMessage(await outcomeOf(id, () => handler(payload, context)));
});

async function outcomeOf(id: number, run: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { id, result: (await run()) ?? null };
  } catch (thrown) {
    const { name: error, message } = thrown as Error;
    return { id, error: { name: error, message } };
  }
}
