import { expect, it } from 'vitest';
import { PLAIN } from '../../../lib/cli/output/style.ts';
import { schemasLine } from '../../../lib/cli/reading/apis-line.ts';
import { overviewDocument, overviewLines } from '../../../lib/cli/reading/overview.ts';
import { foldEnvironment } from '../../../lib/environments/environment.ts';
import { deploymentId } from '../../../lib/history/deployment-id.ts';
import { event } from '../../../lib/history/events.ts';
import { replay } from '../../../lib/lifecycle/replay.ts';
import { requested } from '../../history/sample-events.ts';

const BY = deploymentId.parse('0123456789abcdef0123');
const made = { schema: 'main', stage: 'grow', phase: 'expand', from: 1, to: 2, harmless: false } as const;
const environment = foldEnvironment([
  { events: [event('SchemaChanged', { ...made, deployment: BY, undone: false })] },
]);
const opening = { seq: 1, at: '2026-11-23T04:00:00.000Z', events: [requested('a'.repeat(20))] };
const overview = { environments: { production: environment }, deployments: [replay([opening])] };
const seen = { readiness: {}, traffic: {} };

it('status shows what each schema serves and who changed it last', () => {
  const lines = overviewLines(overview, seen, '2026-11-23T05:00:00.000Z', PLAIN);
  const section = lines.slice(lines.indexOf('Schemas'));
  expect(section[2]).toMatch(/^ {2}production +main +serves 1, 2; expand to 2 by deployment 01234567$/);
  expect(overviewDocument(overview, seen)).toMatchObject({
    environments: [
      {
        schemas: {
          main: {
            serves: [1, 2],
            newest: { stage: 'grow', phase: 'expand', from: 1, to: 2, deployment: BY },
          },
        },
      },
    ],
  });
});

it('what a release runs on is one line', () => {
  expect(schemasLine({ main: [1, 2], audit: 'none' })).toBe('runs on main 1, 2; does not use schema audit');
  expect(schemasLine({})).toBe('uses no schema');
});
