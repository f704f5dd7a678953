import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import type { Builds } from '../../../lib/stages/cloud/builds.ts';
import { createBuilds } from '../../../lib/stages/cloud/code-build.ts';

/** The builds of CodeBuild. */
export function openBuilds(bucket: string): Builds {
  return createBuilds({ client: new CodeBuildClient({}), logs: new CloudWatchLogsClient({}), bucket });
}
