import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { FakeBuild } from './code-build.ts';

const phases = ['pre_build', 'build', 'post_build'] as const;
const buildspec = z.object({
  version: z.literal(0.2),
  env: z.object({ 'exported-variables': z.array(z.string()) }),
  phases: z.partialRecord(
    z.enum(phases),
    z.object({ 'on-failure': z.literal('ABORT'), commands: z.array(z.string()).length(1) }),
  ),
});
/** What `aws s3 cp` does, on a folder. */
const AWS = `#!/bin/sh
place() { case "$1" in s3://*) echo "$BUCKET/\${1##*/}" ;; *) echo "$1" ;; esac; }
test "$1 $2 $3" = 's3 cp --only-show-errors' || exit 2
cp "$(place "$4")" "$(place "$5")"
`;

/**
 * Really runs the commands of a build's buildspec, a failing phase aborting; `bucket` is the folder that stands for the bucket
 * (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html).
 */
export async function runPhases(build: FakeBuild, bucket: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'nonevent-build-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'bin'));
  await mkdir(join(folder, 'source'));
  await writeFile(join(folder, 'bin', 'aws'), AWS);
  await chmod(join(folder, 'bin', 'aws'), 0o755);
  const spec = buildspec.parse(JSON.parse(build.order.buildspecOverride));
  const environment = {
    ...Object.fromEntries(build.order.environmentVariablesOverride.map(({ name, value }) => [name, value])),
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    CODEBUILD_SRC_DIR: join(folder, 'source'),
    BUCKET: bucket,
  };
  for (const name of phases) {
    const [command] = spec.phases[name]?.commands ?? [];
    if (command === undefined) continue;
    const exported = spec.env['exported-variables'].map(
      (variable) => `printf '%s' "$${variable}" > "${folder}/${variable}"`,
    );
    const script = `${command}\nstatus=$?\n${exported.join('\n')}\nexit $status\n`;
    const status = await new Promise<number>((resolve) => {
      execFile('sh', ['-c', script], { cwd: folder, env: environment }, (error, stdout, stderr) => {
        build.log += `${stdout}${stderr}`;
        resolve(error === null ? 0 : Number(error.code ?? 1));
      });
    });
    for (const variable of spec.env['exported-variables']) {
      const value = await readFile(join(folder, variable), 'utf8').catch(() => '');
      if (value !== '') build.exported[variable] = value;
    }
    if (status === 0) continue;
    build.phase = {
      phaseType: name.toUpperCase(),
      phaseStatus: 'FAILED',
      message: `Error while executing command. Reason: exit status ${status}`,
    };
    return;
  }
}
