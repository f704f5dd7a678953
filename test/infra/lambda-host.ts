import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import type { Installed, InstalledFunction } from './installed.ts';
import type { Order, Outcome } from './lambda-worker.ts';

export type LambdaHost = {
  /** Runs a function as Lambda would: an error has the name that Step Functions would see. */
  readonly invoke: (name: string, payload: unknown) => Promise<unknown>;
  /** Moves the clocks of all functions forward. */
  readonly passTime: (milliseconds: number) => void;
  /** Ends all functions, and gives what they have written, by their names. */
  readonly close: () => Promise<Readonly<Record<string, string>>>;
};

type Running = {
  readonly worker: Worker;
  readonly run: (order: Order) => Promise<unknown>;
  readonly log: Promise<string>;
};

/**
 * Runs the bundles of an assembly, each in a thread of its own, with exactly the variables that the template gives the function and
 * those that Lambda adds: its region, its credentials, its name. `endpoint` is where the SDK finds every service.
 */
export function hostFunctions(
  { functions, folder }: Installed,
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
): LambdaHost {
  const running = new Map<string, Promise<Running>>();
  let orders = 0;
  let ahead = 0;

  const start = async (installed: InstalledFunction): Promise<Running> => {
    const worker = new Worker(new URL('./lambda-worker.ts', import.meta.url), {
      workerData: { entry: join(installed.folder, 'index.mjs'), ...installed },
      env: { ...installed.variables, ...givenByLambda(installed, folder, { endpoint, region }) },
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdout: true,
      stderr: true,
    });
    const log = Promise.all([text(worker.stdout), text(worker.stderr)]).then((parts) => parts.join(''));
    const waiting = new Map<number, (outcome: Outcome) => void>();
    const ended = once(worker, 'error').then(([thrown]) => Promise.reject(thrown));
    ended.catch(() => {});
    worker.on('message', (outcome: Outcome) => waiting.get(outcome.id)?.(outcome));
    const run = async (order: Order): Promise<unknown> => {
      const answered = new Promise<Outcome>((resolve) => waiting.set(order.id, resolve));
      worker.postMessage(order);
      const outcome = await Promise.race([answered, ended]);
      if ('result' in outcome) return outcome.result;
      throw Object.assign(new Error(outcome.error.message), { name: outcome.error.name });
    };
    return { worker, run, log };
  };

  return {
    async invoke(name, payload) {
      const installed = functions[name];
      if (installed === undefined) throw new Error(`the stack has no function ${name}`);
      const started = running.get(name) ?? start(installed);
      running.set(name, started);
      orders += 1;
      return (await started).run({ id: orders, payload, ahead });
    },
    passTime(milliseconds) {
      ahead += milliseconds;
    },
    async close() {
      const logs = [...running].map(async ([name, started]) => {
        const { worker, log } = await started;
        await worker.terminate();
        return [name, await log] as const;
      });
      return Object.fromEntries(await Promise.all(logs));
    },
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
function givenByLambda(
  { name, layers }: InstalledFunction,
  folder: string,
  { endpoint, region }: { readonly endpoint: string; readonly region: string },
): Readonly<Record<string, string>> {
  const opt = join(folder, `opt-${name}`);
  for (const layer of layers) cpSync(layer, opt, { recursive: true });
  return {
    AWS_REGION: region,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_ACCESS_KEY_ID: name,
    AWS_SECRET_ACCESS_KEY: 'secret',
    // Where the services are, which in an account the region says, and where layers are, which nobody but root may make here.
    AWS_ENDPOINT_URL: endpoint,
    NONEVENT_DEFINITIONS: opt,
  };
}
