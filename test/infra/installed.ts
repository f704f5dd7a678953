import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { z } from 'zod';
import { DeploymentSystem } from '../../lib/infra/deployment-system.ts';
import { FUNCTION_NAMES } from '../../lib/infra/function-catalogue.ts';
import type { Pipeline } from '../../lib/pipeline/pipeline.ts';
import type { Allowance } from '../aws/policy.ts';
import { type Made, type Resources, resolveValue } from './known-values.ts';
import { emptyApp } from './synthesized.ts';

/** A function as the stack makes it. */
export type InstalledFunction = {
  readonly name: string;
  /** The folder of the asset that its code is. */
  readonly folder: string;
  /** The folders of its layers, which Lambda lays over each other at `/opt`. */
  readonly layers: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly seconds: number;
};
export type InstalledRule = {
  readonly id: string;
  /** The bus it is on; AWS itself speaks on the default one. */
  readonly bus: 'own' | 'default';
  readonly pattern: Readonly<Record<string, unknown>> | undefined;
  readonly function: string;
  /** What the function gets instead of the event, with `<event>` in the place of the event. */
  readonly transformed: string | undefined;
};
type InstalledMachine = {
  readonly name: string;
  readonly definition: string;
  readonly versions: readonly { readonly arn: string; readonly description: string }[];
};

/** A stack as CloudFormation would have made it in an account. */
export type Installed = {
  readonly folder: string;
  readonly functions: Readonly<Record<string, InstalledFunction>>;
  readonly rules: readonly InstalledRule[];
  readonly machines: readonly InstalledMachine[];
  /** What each role may do, by the name of its function or, of a state machine, by `pipeline NAME`. */
  readonly roles: Readonly<Record<string, readonly Allowance[]>>;
};

export type Place = { readonly region: string; readonly account: string };

/**
 * Synthesizes the system with the bundles of its functions, and resolves what CloudFormation would: names of resources are those that
 * the stand-ins of the services know. The folder of the assembly has to be removed by whoever asks for it.
 */
export function install(pipelines: readonly Pipeline[], place: Place): Installed {
  const app = emptyApp();
  const stack = new Stack(app, 'Nonevent');
  new DeploymentSystem(stack, 'System', { pipelines });
  const folder = app.synth().directory;
  const resources = Template.fromStack(stack).toJSON().Resources as Resources;
  const made = (id: string): Made => madeOf(id, resources, place);
  const of = (type: string) =>
    Object.entries(resources).flatMap(([id, resource]) =>
      resource.Type === type ? [[id, resolveValue(resource.Properties, made)] as const] : [],
    );
  const layers = Object.fromEntries(
    of('AWS::Lambda::LayerVersion').map(([id, properties]) => [
      made(id).ref,
      assetIn(folder, z.object({ Content: stored }).parse(properties).Content.S3Key),
    ]),
  );
  return {
    folder,
    functions: Object.fromEntries(
      of('AWS::Lambda::Function').map(([id, properties]) => {
        const { Code, Environment, Timeout, Layers, Handler } = lambda.parse(properties);
        if (Handler !== 'index.handler') throw new Error(`${id} has the handler ${Handler}`);
        const name = made(id).ref;
        const installed: InstalledFunction = {
          name,
          folder: assetIn(folder, Code.S3Key),
          layers: Layers.map((layer) => layers[layer] ?? ''),
          variables: Environment.Variables,
          seconds: Timeout,
        };
        return [name, installed];
      }),
    ),
    rules: of('AWS::Events::Rule').flatMap(([id, properties]) => rulesOf(id, properties)),
    machines: of('AWS::StepFunctions::StateMachine').flatMap(([id, properties]) => {
      const { StateMachineName, DefinitionString, DefinitionSubstitutions } = machine.parse(properties);
      // Only those of pipelines are found by a name.
      if (StateMachineName === undefined) return [];
      const versions = of('AWS::StepFunctions::StateMachineVersion')
        .map(([, version]) => machineVersion.parse(version))
        .filter(({ StateMachineArn }) => StateMachineArn === made(id).ref);
      const found: InstalledMachine = {
        name: StateMachineName,
        definition: DefinitionString.replaceAll(
          /\$\{(\w+)\}/g,
          (_, placeholder: string) => DefinitionSubstitutions[placeholder] ?? '',
        ),
        versions: versions.map(({ Description }, index) => ({
          arn: `${made(id).ref}:${index + 1}`,
          description: Description,
        })),
      };
      return [found];
    }),
    roles: Object.fromEntries(
      of('AWS::IAM::Policy').map(([, properties]) => {
        const { Roles, PolicyDocument } = policy.parse(properties);
        return [Roles[0], PolicyDocument.Statement.map(allowanceOf)];
      }),
    ),
  };
}

const stored = z.object({ S3Key: z.string() });
const lambda = z.object({
  Code: stored,
  Handler: z.string(),
  Timeout: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
  Layers: z.array(z.string()).default([]),
});
const machine = z.object({
  StateMachineName: z.string().optional(),
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.string()),
});
const machineVersion = z.object({ StateMachineArn: z.string(), Description: z.string() });
const list = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());
const statement = z.object({
  Effect: z.literal('Allow'),
  Action: list,
  Resource: list,
  Condition: z.record(z.string(), z.record(z.string(), list)).default({}),
});
const policy = z.object({
  Roles: z.array(z.string()).length(1),
  PolicyDocument: z.object({ Statement: z.array(statement) }),
});
const rule = z.object({
  EventBusName: z.string().optional(),
  EventPattern: z.record(z.string(), z.unknown()).optional(),
  Targets: z.array(
    z.object({
      Arn: z.string(),
      InputTransformer: z.object({ InputTemplate: z.string() }).optional(),
    }),
  ),
});

function allowanceOf({ Action, Resource, Condition }: z.output<typeof statement>): Allowance {
  return { actions: Action, resources: Resource, conditions: Condition };
}

function rulesOf(id: string, properties: unknown): readonly InstalledRule[] {
  const { EventBusName, EventPattern, Targets } = rule.parse(properties);
  return Targets.map(({ Arn, InputTransformer }) => ({
    id,
    bus: EventBusName === undefined ? 'default' : 'own',
    pattern: EventPattern,
    function: Arn.split(':').at(-1) ?? '',
    transformed: InputTransformer?.InputTemplate.replaceAll(/"?<f[\d-]+>"?/g, '<event>'),
  }));
}

/** The assembly keeps an asset under its hash, as a folder; in the bucket it is a zip file of that name. */
function assetIn(folder: string, key: string): string {
  const asset = `asset.${key.replace(/\.zip$/, '')}`;
  if (!readdirSync(folder).includes(asset)) throw new Error(`the assembly has no ${asset}`);
  return join(folder, asset);
}

/** The names that the stand-ins of the services have for what the stack makes. */
function madeOf(id: string, resources: Resources, { region, account }: Place): Made {
  const pseudo: Readonly<Record<string, string>> = {
    'AWS::Region': region,
    'AWS::AccountId': account,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': 'Nonevent',
  };
  if (pseudo[id] !== undefined) return { ref: pseudo[id] };
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
  const type = resources[id]?.Type ?? '';
  const written = /Functions(\w+?)(?:Function|Role|DeadLetters|Log)/.exec(id)?.[1];
  const name = FUNCTION_NAMES.find((each) => each.replaceAll('-', '') === written);
  switch (type) {
    case 'AWS::DynamoDB::Table': {
      const table = arn('dynamodb', 'table/nonevent');
      return { ref: 'nonevent', attributes: { Arn: table, StreamArn: `${table}/stream/now` } };
    }
    case 'AWS::S3::Bucket': {
      const bucket = id.includes('Seals') ? 'seals' : 'artifacts';
      return { ref: bucket, attributes: { Arn: `arn:aws:s3:::${bucket}` } };
    }
    case 'AWS::KMS::Key': {
      const key = id.includes('Signing') ? SIGNING_KEY : 'data';
      return { ref: key, attributes: { Arn: arn('kms', `key/${key}`) } };
    }
    case 'AWS::Events::EventBus':
      return { ref: 'default', attributes: { Arn: arn('events', 'event-bus/default'), Name: 'default' } };
    case 'AWS::Lambda::Function':
      return { ref: name ?? id, attributes: { Arn: arn('lambda', `function:${name}`) } };
    case 'AWS::Lambda::LayerVersion':
      return { ref: arn('lambda', `layer:${id}:1`) };
    case 'AWS::IAM::Role': {
      const ofPipeline = /Pipeline(\w+?)Role/.exec(id)?.[1];
      const role = name ?? (ofPipeline === undefined ? id : `pipeline ${ofPipeline}`);
      return { ref: role, attributes: { Arn: `arn:aws:iam::${account}:role/${role}` } };
    }
    case 'AWS::SQS::Queue':
      return { ref: id, attributes: { Arn: arn('sqs', id), QueueName: id } };
    case 'AWS::Logs::LogGroup':
      return { ref: id, attributes: { Arn: arn('logs', `log-group:${id}:*`) } };
    case 'AWS::Events::Rule':
      return { ref: id, attributes: { Arn: arn('events', `rule/${id}`) } };
    case 'AWS::StepFunctions::StateMachine': {
      const called = String(resources[id]?.Properties?.StateMachineName ?? id);
      return {
        ref: arn('states', `stateMachine:${called}`),
        attributes: {
          StateMachineRevisionId: '1',
          Name: called,
          Arn: arn('states', `stateMachine:${called}`),
        },
      };
    }
    case 'AWS::AppConfig::Application':
      return { ref: 'abc1234' };
    case 'AWS::AppConfig::Environment':
      return { ref: 'env1234' };
    case 'AWS::AppConfig::ConfigurationProfile':
      return { ref: 'prf1234' };
    case 'AWS::AppConfig::DeploymentStrategy':
      return { ref: 'str1234' };
    default:
      throw new Error(`nothing is known of ${id}, which is ${type === '' ? 'no resource' : type}`);
  }
}

/** The one key of test/aws/kms.ts. */
const SIGNING_KEY = '1234abcd-12ab-34cd-56ef-1234567890ab';
