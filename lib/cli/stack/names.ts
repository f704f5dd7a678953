import { z } from 'zod';
import { stackOutputs } from '../../stages/cloud/stack-outputs.ts';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html#cfn-using-console-initiating-stack-creation */
export const stackName = z
  .string()
  .regex(
    /^[a-zA-Z][-a-zA-Z0-9]{0,127}$/,
    'expected the name of a stack: a letter, then letters, digits and -',
  );

/** Looked at before it becomes a part of a host name. */
export const regionName = stackOutputs.shape.Region;

/** https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html: what may stand between the brackets. */
export const profileName = z
  .string()
  .regex(/^[^\s[\]\p{Cc}][^[\]\p{Cc}]{0,199}$/u, 'expected the name of an AWS profile');
