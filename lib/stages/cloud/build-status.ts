import { z } from 'zod';

/** How a build stands (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html). */
export const buildStatus = z.enum(['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'FAULT', 'TIMED_OUT', 'STOPPED']);
export type BuildStatus = z.output<typeof buildStatus>;
