import { resolve } from 'node:path';
import { z } from 'zod';
import { exportBundle } from '../../audit/bundle/export-bundle.ts';
import type { Scope } from '../../audit/bundle/lines.ts';
import { openLocalSigner } from '../../audit/local-signer.ts';
import { makeSeal } from '../../audit/make-seal.ts';
import { findDeployment } from '../../history/find-deployment.ts';
import { NoneventError } from '../../nonevent-error.ts';
import { name } from '../../pipeline/names.ts';
import { type Cli, command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { writeWhole } from '../output/write-whole.ts';
import { moment } from '../reading/moment.ts';
import { openSystem, type System } from '../system.ts';
import { findingLine } from './audit-verify.ts';

const input = z.object({
  id: z.string().optional(),
  environment: name.optional(),
  since: moment.optional(),
  until: moment.optional(),
  all: z.boolean().default(false),
  to: z.string({ error: 'expected a file to write to' }).min(1),
});
type Written = z.output<typeof input>;

/** Seals the history and writes a bundle of it: evidence that can be verified without it. */
export default command(input, async (written, cli) => {
  const { output } = cli;
  const system = await openSystem(cli);
  try {
    const scope = await scopeOf(written, system);
    await sealFirst(system, cli);
    const file = resolve(cli.folder, written.to);
    await writeWhole(
      file,
      exportBundle({
        client: system.dynamodb,
        table: system.table,
        store: system.store,
        now: Date.now(),
        scope,
      }),
    );
    if (output.format === 'text') output.answer([file]);
    else output.document({ file, scope });
    output.note([`  verify it with \`nonevent audit verify ${written.to}\`, anywhere`]);
    return EXIT.done;
  } finally {
    system.close();
  }
});

async function scopeOf({ id, environment, since, until, all }: Written, { store }: System): Promise<Scope> {
  const isTime = since !== undefined || until !== undefined;
  const asked = [id !== undefined, environment !== undefined, isTime, all].filter(Boolean).length;
  if (asked !== 1) {
    throw new NoneventError('InvalidInput', `${asked} things to export were named: expected one`, {
      hint: 'name a deployment, --environment, --since and --until, or --all',
    });
  }
  if (id !== undefined) return { kind: 'deployment', deployment: await findDeployment(store, id) };
  if (environment !== undefined) return { kind: 'environment', environment };
  if (all) return { kind: 'all' };
  return {
    kind: 'time',
    since: since ?? new Date(0).toISOString(),
    until: until ?? new Date().toISOString(),
  };
}

/** A bundle holds what is sealed, so that all there is now is in it. A stack has a key of its own, which no person signs with. */
async function sealFirst(system: System, { output }: Cli): Promise<void> {
  if (system.kind === 'stack') {
    output.note([
      `${system.called} seals its histories itself, every hour: the bundle ends with the newest seal`,
    ]);
    return;
  }
  const { dynamodb, table, store, folder } = system;
  const signer = await openLocalSigner(folder.root);
  const { findings } = await makeSeal({ client: dynamodb, table, store, signer, now: Date.now });
  output.note(findings.map((finding) => findingLine(finding, output.noteStyle)));
}
