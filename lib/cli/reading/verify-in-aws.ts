import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { s3Objects } from '../../audit/distributed/s3-objects.ts';
import {
  type Verified,
  type VerifyDistributedOptions,
  verifyDistributed,
} from '../../audit/distributed/verify-distributed.ts';
import type { Step } from '../../audit/distributed/waiting.ts';
import type { HistoryReport } from '../../audit/verify-history.ts';
import { span } from '../../lifecycle/wording/times.ts';
import { NoneventError } from '../../nonevent-error.ts';
import type { Cli } from '../command.ts';
import type { ExitCode } from '../exit-codes.ts';
import { takeInterruption } from '../interruption.ts';
import type { Output } from '../output/output.ts';
import { awsConfiguration } from '../stack/aws-configuration.ts';
import { awsFailure } from '../stack/aws-failure.ts';
import { describeAudit } from '../stack/describe-audit.ts';
import type { StackSystem, System } from '../system.ts';

/** What an audit in AWS is held against besides the history. */
export type HeldAgainst = Pick<VerifyDistributedOptions, 'publicKey' | 'known'>;

/**
 * Verifies the table of a stack in AWS: exports it, and lets the stack's own functions verify the export. Gives the report as `audit verify` has
 * it, or the exit code of an interruption.
 *
 * Errors: `InvalidInput` for the local system; `Unreachable` with what is missing; those of `verifyDistributed`.
 */
export async function verifyInAws(
  system: System,
  held: HeldAgainst,
  { output }: Cli,
): Promise<HistoryReport | ExitCode> {
  const { connection, dynamodb, identity } = requireStack(system);
  const tableArn = await identity();
  const { stack, region, profile } = connection;
  const configuration = await awsConfiguration({ profile, region });
  const { Audits: bucket, AuditMachine: machine } = await describeAudit(configuration, connection);
  const states = new SFNClient(configuration);
  const s3 = new S3Client({ region, credentials: configuration.credentials });
  const interruption = takeInterruption();
  try {
    const verified = await verifyDistributed({
      ...held,
      dynamodb,
      states,
      objects: s3Objects(s3, bucket),
      tableArn,
      bucket,
      machine,
      signal: interruption.first,
      seen: telling(output),
    });
    if (verified.outcome === 'verified') return reportOf(verified, output);
    output.note(interruptedLines(verified.step));
    return interruption.exitCode();
  } catch (thrown) {
    const { doing, action } = thrown instanceof NoneventError ? thrown.fields : {};
    if (typeof doing !== 'string' || typeof action !== 'string') throw thrown;
    throw awsFailure(thrown, { doing, action }, { stack, region, profile });
  } finally {
    interruption.release();
    states.destroy();
    s3.destroy();
  }
}

function requireStack(system: System): StackSystem {
  if (system.kind === 'stack') return system;
  throw new NoneventError('InvalidInput', '--distributed verifies in AWS, and this is the local system', {
    hint: 'leave it out: `nonevent audit verify` verifies all of it here; or name a stack with --stack',
  });
}

/** Nothing was read anew here, and nothing is unfinished. */
function reportOf({ report, at }: Extract<Verified, { outcome: 'verified' }>, output: Output): HistoryReport {
  output.note([`the report is kept for 30 days at ${at}`]);
  const { sound: _, newestSeal, ...rest } = report;
  return { ...rest, newestSeal: newestSeal ?? undefined, resumed: undefined, unfinished: undefined };
}

const SIGN_OF_LIFE_MS = 30_000;

/** A line for each step, and a sign of life every 30 seconds: an export takes minutes. */
function telling(
  output: Output,
  now: () => number = performance.now.bind(performance),
): (step: Step) => void {
  const begun = now();
  let told: { readonly arn: string; readonly at: number } | undefined;
  return (step) => {
    const isNew = told?.arn !== step.arn;
    if (!isNew && told !== undefined && now() - told.at < SIGN_OF_LIFE_MS) return;
    told = { arn: step.arn, at: now() };
    output.note([isNew ? beginningLine(step) : `… still at it, for ${span(now() - begun)}`]);
  };
}

function beginningLine({ waitsFor, arn }: Step): string {
  switch (waitsFor) {
    case 'export':
      return `exporting the table, which takes minutes: ${arn}`;
    case 'verification':
      return `verifying the export: ${arn}`;
    default:
      return waitsFor satisfies never;
  }
}

/** What goes on without this command, and how to get at what comes of it. Pure. */
export function interruptedLines(step: Step): readonly string[] {
  switch (step.waitsFor) {
    case 'export':
      return [
        'stopped waiting; nothing was verified, so this says nothing yet',
        `  the export goes on by itself: ${step.arn}`,
        '  the same command begins another one',
      ];
    case 'verification':
      return [
        'stopped waiting, so this says nothing yet',
        `  the verification goes on by itself: ${step.arn}`,
        `  its report will be at ${step.report}`,
      ];
    default:
      return step satisfies never;
  }
}
