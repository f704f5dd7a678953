import { readFileSync, rmSync } from 'node:fs';
import type { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { describe, expect, it } from 'vitest';
import { ownStack } from '../../examples/aws/own-app.ts';
import { throwAwayStack } from '../account/throw-away.ts';
import { emptyApp } from './synthesized.ts';

const more = { code: () => Code.fromInline('exports.handler = () => {}') };

function templateOf(make: (app: App) => Stack): Template {
  const app = emptyApp();
  try {
    return Template.fromStack(make(app));
  } finally {
    rmSync(app.outdir, { recursive: true });
  }
}

/** What each alarm watches: a metric of the system by its name, or else what its expression adds up. */
function alarmsOf(template: Template): readonly string[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) =>
    [Properties.Namespace ?? 'sum', Properties.MetricName ?? Properties.Metrics[0].Label].join(' '),
  );
}

describe("an app of one's own", () => {
  const template = templateOf((app) => ownStack(app, more));

  it('is shown in docs/aws.md as it is', () => {
    const source = readFileSync('examples/aws/own-app.ts', 'utf8');
    const shown = source.slice(source.indexOf('/** A stack'), source.indexOf('\nif (')).trim();
    expect(readFileSync('docs/aws.md', 'utf8')).toContain(`\`\`\`ts\n${shown}\n\`\`\``);
  });

  it('watches for what somebody has to look at, and tells its topic', () => {
    const alarms = alarmsOf(template);
    expect([...new Set(alarms)].sort()).toEqual([
      'AWS/Lambda IteratorAge',
      'AWS/SQS ApproximateNumberOfMessagesVisible',
      'Nonevent DeploymentStuck',
      'Nonevent HistoryNotSound',
      'Nonevent RunsLost',
      'sum Errors',
      'sum Throttles',
    ]);
    const queues = Object.keys(template.findResources('AWS::SQS::Queue'));
    expect(alarms.filter((alarm) => alarm.startsWith('AWS/SQS'))).toHaveLength(queues.length);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^Alarms') }],
    });
    template.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
  });

  it('gives room for artifacts to the functions that unpack them, and to no others', () => {
    const functions = Object.entries(template.findResources('AWS::Lambda::Function'));
    const roomy = functions.filter(([, { Properties }]) => Properties.EphemeralStorage?.Size === 10_240);
    expect(roomy.map(([id]) => /Functions(\w+?)Function/.exec(id)?.[1]).sort()).toEqual([
      'enter',
      'stage',
      'undo',
    ]);
  });
});

describe('a stack that is thrown away', () => {
  const template = templateOf((app) => throwAwayStack(app, 'nonevent-test-1', more));

  it('leaves nothing behind but versions of state machines, which go with those', () => {
    const resources: Record<string, { Type: string; DeletionPolicy?: string }> = template.toJSON().Resources;
    const kept = Object.values(resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain');
    expect([...new Set(kept.map(({ Type }) => Type))]).toEqual(['AWS::StepFunctions::StateMachineVersion']);
    template.allResourcesProperties('AWS::DynamoDB::Table', { DeletionProtectionEnabled: false });
  });

  it('empties its buckets, none of which keeps an object for a time', () => {
    const buckets = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(buckets.length).toBeGreaterThan(1);
    for (const { Properties } of buckets) expect(Properties.ObjectLockConfiguration).toBeUndefined();
    template.resourceCountIs('Custom::S3AutoDeleteObjects', buckets.length);
  });

  it('has the service that its pipeline deploys', () => {
    template.hasResourceProperties('AWS::Lambda::Function', { FunctionName: 'nonevent-test-1-greeting' });
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).toContain(':function:nonevent-test-1-greeting');
  });
});
