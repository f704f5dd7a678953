import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { z } from 'zod';

/** Accepts findings of cdk-nag on a construct and everything below it, each with the reason for it. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}

/** Accepts one resource with a wildcard in the policies of a construct: this one, and no other. */
export function acknowledgeResource(scope: IConstruct, resource: string, reason: string): void {
  acknowledge(scope, {
    [`AwsSolutions-IAM5[Resource::${inFinding(Stack.of(scope).resolve(resource))}]`]: reason,
  });
}

const reference = z.union([
  z.object({ Ref: z.string() }).transform(({ Ref }) => `<${Ref}>`),
  z
    .object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) })
    .transform((get) => `<${get['Fn::GetAtt'].join('.')}>`),
]);
const joined = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });

/** cdk-nag writes what is known only in the account in angle brackets: `arn:<AWS::Partition>:s3:::<Bucket>/artifacts/*`. */
function inFinding(resolved: unknown): string {
  if (typeof resolved === 'string') return resolved;
  const parts = joined.safeParse(resolved);
  if (!parts.success) return reference.parse(resolved);
  const [separator, pieces] = parts.data['Fn::Join'];
  return pieces.map(inFinding).join(separator);
}
