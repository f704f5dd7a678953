import { type CloudFormationClient, GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import { z } from 'zod';

const answer = z.object({ TemplateBody: z.string() });

/** The template of a stack as it was given, before any transform. Errors: those of the SDK. */
export async function templateOf(client: CloudFormationClient, StackName: string): Promise<string> {
  const found = await client.send(new GetTemplateCommand({ StackName, TemplateStage: 'Original' }));
  return answer.parse(found).TemplateBody;
}
