import { existsSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { DeploymentSystem } from '../lib/infra/deployment-system.ts';
import { pipelinesIn } from '../lib/infra/pipelines-in.ts';

const app = new App();
const named: unknown = app.node.tryGetContext('pipelines');
const folder = typeof named === 'string' ? named : existsSync('pipelines') ? 'pipelines' : 'examples/aws';

const stack = new Stack(app, 'Nonevent', { description: 'Nonevent: deployments as a system' });
new DeploymentSystem(stack, 'System', { pipelines: pipelinesIn(folder) });
