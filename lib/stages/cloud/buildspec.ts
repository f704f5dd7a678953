import { artifactKey } from '../../artifacts/s3-artifacts.ts';
import type { Digest } from '../../pipeline/release.ts';
import type { BuildOrder } from './builds.ts';

/** Variables that a build hands out (https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html, `exported-variables`). */
export const MADE = 'NONEVENT_MADE';
export const OUTPUT = 'NONEVENT_OUTPUT';

/**
 * What a build does, as a buildspec in JSON, which is YAML: fetch the artifact, check its digest, run the command in the copy, and
 * keep what it was to make. The artifact is fetched by the build itself, because CodeBuild takes a source in S3 only as a ZIP file.
 *
 * Each phase is one command that names its folders in full, so nothing depends on what a phase leaves behind for the next.
 */
export function buildspecOf(order: BuildOrder, bucket: string): string {
  const phase = (lines: readonly string[]) => ({ 'on-failure': 'ABORT', commands: [lines.join(' && \\\n')] });
  return JSON.stringify({
    version: 0.2,
    env: { 'exported-variables': [MADE, OUTPUT] },
    phases: {
      pre_build: phase(fetching(order.artifact, bucket)),
      build: phase(running(order)),
      ...(order.makes === undefined ? {} : { post_build: phase(keeping(order.makes, bucket)) }),
    },
  });
}

const COPY = '"$CODEBUILD_SRC_DIR/copy"';
const ARCHIVE = '"$CODEBUILD_SRC_DIR/source.tar"';
const PACKED = '"$CODEBUILD_SRC_DIR/made.tar"';

function fetching(artifact: Digest, bucket: string): readonly string[] {
  return [
    `aws s3 cp --only-show-errors ${quoted(`s3://${bucket}/${artifactKey(artifact)}`)} ${ARCHIVE}`,
    `printf '%s  %s\\n' ${artifact.slice('sha256:'.length)} ${ARCHIVE} | sha256sum -c -`,
    `mkdir -p ${COPY}`,
    `tar -xf ${ARCHIVE} -C ${COPY}`,
  ];
}

function running({ command, keepsOutput }: BuildOrder): readonly string[] {
  const run = `sh -c ${quoted(command)}`;
  return keepsOutput === true
    ? [`cd ${COPY}`, `${OUTPUT}="$(${run})"`, `export ${OUTPUT}`]
    : [`cd ${COPY}`, run];
}

/** The same folder gives the same bytes: sorted, without times and owners, and with the two modes that archives of ours have. */
function keeping(makes: string, bucket: string): readonly string[] {
  const listed = `find . -mindepth 1 \\( ! -type d -o -empty \\) -printf '%P\\0' | LC_ALL=C sort -z`;
  const options =
    '--null --no-recursion --hard-dereference --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX';
  const [before = '', after = ''] = artifactKey(`sha256:${'0'.repeat(64)}` as Digest).split('0'.repeat(64));
  return [
    `cd ${COPY}`,
    `cd ${quoted(makes)}`,
    `${listed} | tar ${options} -cf ${PACKED} --files-from=-`,
    `made="$(sha256sum ${PACKED} | cut -d ' ' -f 1)"`,
    `aws s3 cp --only-show-errors ${PACKED} ${quoted(`s3://${bucket}/${before}`)}"$made"${quoted(after)}`,
    `export ${MADE}="sha256:$made"`,
  ];
}

/** One word for a shell, whatever is in it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
