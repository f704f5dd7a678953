import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import cdk from '../../cdk.json' with { type: 'json' };
import { DeploymentSystem } from '../../lib/infra/deployment-system.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import { readPipeline } from '../../lib/pipeline/read-pipeline.ts';

/** One target of each kind, a target in another account, a build, a function that is asked, and two triggers. */
const SHOP = `
pipeline: shop
apis: {}
triggers:
  - kind: s3
    bucket: releases
    prefix: shop/
  - kind: ecr
    repository: team/shop
environments:
  functions:
    target: { kind: lambdaAlias, function: shop, alias: live, bucket: packages }
  containers:
    target:
      kind: ecsService
      cluster: main
      service: shop
      container: web
      repository: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop
  stack:
    target:
      kind: cloudFormation
      stack: shop
      template: template.json
      executionRole: arn:aws:iam::123456789012:role/changes-shop
  elsewhere:
    target:
      kind: lambdaAlias
      function: shop
      alias: live
      region: us-east-1
      role: arn:aws:iam::210987654321:role/deployer
stages:
  - { kind: function, name: latency, environment: functions, question: Is it fast?, function: probe, criteria: { latencyMs: { max: 300 } }, expect: 10s }
  - { kind: command, name: unit, question: Do the unit tests pass?, run: npm test, project: shop-tests, expect: 1m }
  - { kind: place, name: place-functions, environment: functions }
  - { kind: shift, name: shift-functions, environment: functions, percent: 100 }
  - kind: analysis
    name: watch
    environment: functions
    for: 1m
    minRequests: 10
    errorRate: { max: 1% }
    metrics: [{ namespace: AWS/Lambda, metric: Errors, statistic: Sum, max: 0 }]
    alarms: [shop-errors]
  - { kind: flag, name: switch-on, environment: functions, flag: checkout, value: true }
  - { kind: place, name: place-containers, environment: containers }
  - { kind: shift, name: shift-containers, environment: containers, percent: 100 }
  - { kind: place, name: place-stack, environment: stack }
  - { kind: shift, name: shift-stack, environment: stack, percent: 100 }
  - { kind: place, name: place-elsewhere, environment: elsewhere }
  - { kind: shift, name: shift-elsewhere, environment: elsewhere, percent: 100 }
`;

export function pipelineOf(text: string): Pipeline {
  const reading = readPipeline(text, 'nonevent.yaml');
  if (!reading.ok) throw new Error(JSON.stringify(reading.findings));
  return reading.pipeline;
}

/** A stack with the system, its code left out: what is bundled is another test's question. */
export function systemIn(app: App, pipelines: readonly Pipeline[] = [pipelineOf(SHOP)], id = 'Nonevent') {
  const stack = new Stack(app, id);
  const system = new DeploymentSystem(stack, 'System', {
    pipelines,
    code: () => Code.fromInline('exports.handler = () => {}'),
    accounts: ['210987654321'],
  });
  return { stack, system };
}

export function emptyApp(): App {
  return new App({ outdir: mkdtempSync(join(tmpdir(), 'nonevent-infra-')), context: cdk.context });
}

// cdk-nag reads every property of every resource, and CDK warns of each that is deprecated, though nobody sets it.
process.env.JSII_DEPRECATED = 'quiet';

/** The system as `cdk synth` writes it, with what cdk-nag says of it. */
export function synthesize() {
  const app = emptyApp();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const { stack, system } = systemIn(app);
  system.grantTrigger(new Role(stack, 'Builder', { assumedBy: new AccountRootPrincipal() }));
  system.grantRead(new Role(stack, 'Auditor', { assumedBy: new AccountRootPrincipal() }));
  const assembly = app.synth();
  const report = JSON.parse(readFileSync(join(assembly.directory, 'validation-report.json'), 'utf8'));
  return { template: Template.fromStack(stack), pipelines: [pipelineOf(SHOP)], report, assembly };
}
