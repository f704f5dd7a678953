import { plainText } from '../../lifecycle/wording/plain-text.ts';
import { controlsOf } from './controls.ts';
import type { DeploymentRecord } from './deployment-record.ts';
import type { AuditReport } from './report.ts';

const COLUMNS = [
  'record',
  'deployment',
  'kind',
  'pipeline',
  'environments',
  'release',
  'commit',
  'actor',
  'trigger',
  'requested',
  'ended',
  'ending',
  'seal',
  'stage',
  'mode',
  'question',
  'expected',
  'observed',
  'verdict',
  'at',
  'detail',
] as const;
type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string>>>;

/**
 * A report as CSV: one row for each control question, fact behind it, deployment, question and undone change, told apart
 * by the first column. No cell is a formula to a spreadsheet: one that would be begins with an apostrophe. Pure.
 *
 * Source: RFC 4180.
 */
export function reportAsCsv(report: AuditReport): string {
  const rows: readonly Row[] = [...controlRows(report), ...report.deployments.flatMap(deploymentRows)];
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column] ?? '')).join(','));
  return [COLUMNS.join(','), ...lines, ''].join('\r\n');
}

function controlRows(report: AuditReport): readonly Row[] {
  return controlsOf(report).flatMap(({ question, tone, answer, facts }): readonly Row[] => [
    { record: 'control', question, verdict: tone, observed: answer },
    ...facts.map((detail) => ({ record: 'fact', question, detail })),
  ]);
}

function deploymentRows(record: DeploymentRecord): readonly Row[] {
  const { deployment, release, trigger, seal } = record;
  const row: Row = {
    record: 'deployment',
    deployment,
    kind: record.kind,
    pipeline: record.pipeline,
    environments: record.environments.join(' '),
    release: release.version,
    commit: release.commit ?? '',
    actor: trigger.actor,
    trigger: `${trigger.source} ${trigger.id}`,
    requested: record.requestedAt,
    ended: record.endedAt ?? '',
    ending: record.ending,
    seal: seal === undefined ? '' : `seal#${seal.seal} of ${seal.sealedAt}`,
    detail: [record.reason, record.stop && `stopped by ${record.stop.actor}: ${record.stop.reason}`]
      .filter((part) => part !== undefined)
      .join('; '),
  };
  const questions = record.questions.map(
    ({ stage, mode, question, expected, observed, verdict, endedAt, evidence }): Row => ({
      record: 'question',
      deployment,
      stage,
      mode,
      question,
      expected,
      observed,
      verdict,
      at: endedAt ?? '',
      detail: evidence,
    }),
  );
  const undone = record.undone.map(
    ({ stage, at, failed, kept }): Row => ({
      record: 'undone',
      deployment,
      stage,
      at,
      verdict: failed !== undefined ? 'undo failed' : kept === undefined ? 'undone' : 'kept',
      observed: failed ?? kept ?? '',
    }),
  );
  return [row, ...questions, ...undone];
}

/** What a spreadsheet takes for the beginning of a formula, also behind blanks that it drops, and in full width. */
const FORMULA = /^(?:[\t\r]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/;

function cell(text: string): string {
  const plain = plainText(text);
  const harmless = FORMULA.test(text) || FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
