import { appendFileSync } from 'node:fs';
import { startNonevent } from '../../lib/local/nonevent-system.ts';
import type { Services } from '../../lib/stages/drive/services.ts';
import type { Target } from '../../lib/targets/target.ts';

/**
 * The local system on a data folder, which kills itself right after a point of a rollback, so that what was done there has had its
 * effect and no answer. Points are appends and calls of the target from the opening of a rollback on; each is written to a file.
 */
const [folder = '', pointsFile = '', dieAfter = '0'] = process.argv.slice(2);

let passed = 0;
let isArmed = false;

function reach(point: string): void {
  if (!isArmed) return;
  appendFileSync(pointsFile, `${point}\n`);
  passed += 1;
  if (passed === Number(dieAfter)) process.kill(process.pid, 'SIGKILL');
}

function around({
  store,
  targets,
}: Pick<Services, 'store' | 'targets'>): Pick<Services, 'store' | 'targets'> {
  return {
    store: {
      ...store,
      append: async (head, events) => {
        const result = await store.append(head, events);
        isArmed ||= events.some(
          ({ type, data }) => type === 'DeploymentRequested' && data.kind === 'rollback',
        );
        reach(`append ${events.map(({ type }) => type).join(' ')}`);
        return result;
      },
    },
    targets: {
      ...targets,
      target: async (environment, pipeline, definition) =>
        counting(await targets.target(environment, pipeline, definition)),
    },
  };
}

function counting(target: Target): Target {
  const after = async <Result>(name: string, call: Promise<Result>): Promise<Result> => {
    const result = await call;
    reach(`target ${name}`);
    return result;
  };
  return {
    ...target,
    state: () => after('state', target.state()),
    place: (revision, signal) => after('place', target.place(revision, signal)),
    remove: (revision) => after('remove', target.remove(revision)),
    route: (weights) => after('route', target.route(weights)),
  };
}

const system = await startNonevent({ folder, around });
process.once('SIGTERM', () => void system.stopAll().then(() => process.exit(143)));
process.stdout.write('✔ running\n');
