import { App, Stack, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DeploymentSystem } from './lib/infra/deployment-system.ts';
import { pipelinesIn } from './lib/infra/pipelines-in.ts';
const app = new App({ outdir: '/tmp/synth-out' });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
const stack = new Stack(app, 'Nonevent');
new DeploymentSystem(stack, 'System', { pipelines: pipelinesIn('examples/aws'), code: () => Code.fromInline('exports.handler = () => {}') });
const t = Date.now();
try { app.synth(); } finally { console.log(Date.now() - t, 'ms'); }
