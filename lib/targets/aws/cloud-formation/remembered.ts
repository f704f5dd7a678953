import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digest } from '../../../pipeline/release.ts';
import type { CloudFormationTarget } from '../../../pipeline/target-kinds/cloud-formation.ts';
import type { AwsGround } from '../ground.ts';
import { withFolder, withUnpacked } from '../packages/unpacked.ts';
import { readStack, type Stack, standingOf } from './stack-state.ts';
import { templateOf } from './template-of.ts';

/** What is recorded of a stack before it is changed: that there was none, or where its template and parameters are kept. */
export const remembered = z.discriminatedUnion('stack', [
  z.object({ stack: z.literal('absent') }),
  z.object({ stack: z.literal('present'), artifact: digest }),
]);
export type Remembered = z.output<typeof remembered>;

const settings = z.object({
  parameters: z.array(z.object({ ParameterKey: z.string(), ParameterValue: z.string().optional() })),
  capabilities: z.array(z.string()),
  tags: z.array(z.object({ Key: z.string(), Value: z.string() })),
});

/** A stack as it was. */
export type Kept = z.output<typeof settings> & { readonly template: string };

/** Keeps what a stack is made of as an artifact, outside of the history, whose entries are small and public to all who deploy. */
export async function rememberStack(target: CloudFormationTarget, ground: AwsGround): Promise<Remembered> {
  const { cloudFormation } = ground.clients;
  const found = await readStack(cloudFormation, target.stack);
  const standing = standingOf(found);
  if (found === undefined || standing === 'absent' || standing === 'shell') return { stack: 'absent' };
  const text = await templateOf(cloudFormation, target.stack);
  const artifact = await withFolder(ground.temporary, async (folder) => {
    await writeFile(join(folder, 'template'), text, { mode: 0o600 });
    await writeFile(join(folder, 'settings.json'), JSON.stringify(settingsOf(found)), { mode: 0o600 });
    return ground.artifacts.pack(folder, 'nothing');
  });
  return { stack: 'present', artifact };
}

function settingsOf({ Parameters, Capabilities, Tags }: Stack): z.output<typeof settings> {
  return {
    parameters: Parameters.map(({ ParameterKey, ParameterValue }) => ({ ParameterKey, ParameterValue })),
    capabilities: Capabilities,
    tags: Tags,
  };
}

/** Reads what was kept. Errors: `ArtifactFailed` where it is gone. */
export function readKept(
  { artifact }: Extract<Remembered, { readonly stack: 'present' }>,
  ground: AwsGround,
): Promise<Kept> {
  return withUnpacked(artifact, ground, async (folder) => ({
    ...settings.parse(JSON.parse(await readFile(join(folder, 'settings.json'), 'utf8'))),
    template: await readFile(join(folder, 'template'), 'utf8'),
  }));
}
