import { z } from 'zod';
import { DEFAULTS } from '../defaults.ts';
import { environmentDefinition, TARGETS } from '../environment.ts';
import { FILE_KINDS, type FileStage, fileGroup, pipelineFile } from '../file.ts';
import { LIMITS } from '../guards.ts';
import { inWords } from '../in-words.ts';
import { readPipeline } from '../read-pipeline.ts';
import { bare, descriptionOf } from '../schema-walk.ts';
import { stagesOf } from '../steps.ts';
import {
  CANARY_BEHAVIOUR,
  COMMAND_BEHAVIOUR,
  PARITY_BEHAVIOUR,
  REVISION_BEHAVIOUR,
  SERVICE_BEHAVIOUR,
} from './behaviour.ts';
import { COMPLETE, SMALLEST } from './examples.ts';
import { type FieldRow, fieldRows } from './field-rows.ts';
import { LEASE_BEHAVIOUR } from './lease-behaviour.ts';

/** docs/pipeline-file.md: every field of every kind, from the schema itself. */
export function pipelineFileReference(): string {
  return `# The pipeline file

<!-- Written by docs/generate.ts from lib/pipeline. -->

A pipeline is written in \`nonevent.yaml\`. \`nonevent validate\` says what is wrong with it, with line and column;
\`nonevent graph\` shows what it becomes. Editors complete and check it when its first line is

\`\`\`yaml
# yaml-language-server: $schema=PATH/TO/nonevent/docs/nonevent.schema.json
\`\`\`

A small one, for a service:

\`\`\`yaml
${SMALLEST}\`\`\`

It runs these stages, and when one fails, the changes among them are undone, newest first:

${ordered(SMALLEST)}

## The file

${table(rowsOf(pipelineFile))}

Where a file has exactly one environment, no stage has to name it. Stages run in the order they are written.

## Environments

${table(fieldRows(environmentDefinition, LEASE_DEFAULTS))}

${LEASE_BEHAVIOUR}

## Stages

A stage is a **check**, which asks a question and changes nothing, or a **change**, which can be taken back. Before the first
change in each environment the stage \`acquire-<environment>\` is put in, which takes the environment's lease; it is undone last.
Compatibility checks right before that change come after the lease, so that what they saw is still true when the release goes
live. No stage waits for a person.

${kinds()}

${COMMAND_BEHAVIOUR}

${CANARY_BEHAVIOUR}

### Checks side by side

A group of checks runs at the same time. It passes when all of its enforcing checks pass.

${table(rowsOf(fileGroup))}

## Targets

${targets()}

### What a process gets

${SERVICE_BEHAVIOUR}
\`NONEVENT_FLAGS\` the path of a JSON file with the feature flags of its environment:

\`\`\`json
{ "environment": "production", "seq": 12, "flags": { "new-checkout": true, "maxItems": 10 } }
\`\`\`

The file is replaced as a whole whenever a flag changes, by a \`flag\` stage or by \`nonevent flag\`, so a service that reads it anew
needs no restart and never finds half of it. \`seq\` is the commit of the environment's history that changed a flag last.

${REVISION_BEHAVIOUR}

## APIs

What a release declares under \`apis\` is part of its deployment and stays with its revision. A \`compatibility\` check holds it
against every revision that is live in the environment, and against every known-good one, because a rollback may bring that back:

- each version that the release consumes is provided by each revision of the pipeline that provides the API;
- each version that such a revision consumes of an API of this pipeline is still provided, also when the API itself is dropped;
- an API that nobody in the environment provides is a failure, unless its consumer declares it \`external\`.

So a version goes away in two steps: first nobody consumes it any more, not even a known-good revision; then it is no longer
provided. Of the pipeline's own revisions only the live one counts, which serves beside the new one.

## Schemas

What a release declares under \`schemas\` stays with its revision too. A \`migrate\` stage adds a version of a schema, or ends all older ones; a release is placed
only where a version that it runs on is served, and a contract is refused while a revision that is live, known-good or may come back does not run on what it
leaves. A file that keeps a migration which was made before is harmless: it is found. [Migrations](migrations.md) has the phases, the commands and their progress.

## Values

- **name**: lower-case letters, digits and hyphens, a letter first, at most 50 characters. Every name is given once.
- **duration**: \`500ms\`, \`10s\`, \`2m\`, \`1h\`, at most 24 hours; a number is seconds.
- **share**: \`1%\` or \`0.01\`.
- **text** that YAML would read as something else, such as \`8080\` or \`true\`, stands in quotes.

Where only one of \`expect\` and \`timeout\` is written, the other follows: an expectation is never longer than its timeout, and a
timeout is at least three times the expectation. An analysis is expected to take its \`for\` and ends after twice that and a
minute; where it knows too little by then it is extended once by the same time.

## YAML

Anchors, aliases, merge keys, tags, directives, complex keys, several documents and keys given twice are refused, with their
place. A file has at most ${LIMITS.characters} characters, ${LIMITS.lines} lines, ${LIMITS.lineLength} characters in a line, ${LIMITS.tokens} keys, values and
marks (${LIMITS.lineTokens} in a line), and ${LIMITS.depth} levels. A byte order mark and Windows line ends are read.

## A complete example

\`\`\`yaml
${COMPLETE}\`\`\`
`;
}

function rowsOf(schema: z.ZodObject, defaults: Readonly<Record<string, string>> = {}): readonly FieldRow[] {
  return fieldRows(schema, defaults);
}

function targets(): string {
  return TARGETS.map(
    (target) =>
      `### ${target.shape.kind.value}\n\n${descriptionOf(target) ?? ''}\n\n${table(rowsOf(target))}`,
  ).join('\n\n');
}

function kinds(): string {
  return Object.entries(FILE_KINDS)
    .map(([kind, schema]) => {
      const object = bare(schema);
      const rows = object instanceof z.ZodObject ? rowsOf(object, defaultsOf(kind as FileStage['kind'])) : [];
      const more = kind === 'parity' ? `\n\n${PARITY_BEHAVIOUR}` : '';
      return `### ${kind}\n\n${descriptionOf(schema) ?? ''}\n\n${table(rows)}${more}`;
    })
    .join('\n\n');
}

/** Defaults that are not in the schema because they depend on the kind, or on the other fields. */
function defaultsOf(kind: FileStage['kind']): Readonly<Record<string, string>> {
  if (kind === 'canary' || kind === 'blueGreen')
    return { environment: 'the only one', timeout: `\`${inWords(DEFAULTS.place.timeout)}\`` };
  const { question, expect, timeout } = DEFAULTS[kind];
  const isAnalysis = kind === 'analysis';
  const isRehearsal = kind === 'rehearsal';
  return {
    ...(kind === 'command' || kind === 'custom' ? {} : { question: `“${question}”` }),
    expect: isAnalysis
      ? 'its `for`'
      : isRehearsal
        ? 'three times its `for` and `1s`'
        : `\`${inWords(expect)}\``,
    timeout: isAnalysis
      ? 'twice its `for` and `1m`'
      : isRehearsal
        ? 'three times its `for`, four times its `within` and `31s`, at least `1m`'
        : `\`${inWords(timeout)}\``,
    ...(kind === 'command' || kind === 'parity' ? {} : { environment: 'the only one' }),
  };
}

function table(rows: readonly FieldRow[]): string {
  const lines = rows.map(
    (row) =>
      `| \`${row.field}\` | ${row.type} | ${row.default} | ${row.description.replaceAll('|', '\\|')} |`,
  );
  return ['| field | type | default | |', '|---|---|---|---|', ...lines].join('\n');
}

/** The stages that an example expands to. */
function ordered(text: string): string {
  const reading = readPipeline(text, 'nonevent.yaml');
  const stages = reading.ok ? stagesOf(reading.pipeline) : [];
  return stages
    .map(({ name, kind, question }, index) => `${index + 1}. \`${name}\` (${kind}): ${question}`)
    .join('\n');
}

const LEASE_DEFAULTS = { lease: '`queue`', leaseTimeout: `\`${inWords(DEFAULTS.acquire.timeout)}\`` };
