import { SFNClient } from '@aws-sdk/client-sfn';
import { createTaskAnswers, type TaskAnswers } from '../../../lib/stages/drive/task-answers.ts';

/** Answers tasks of Step Functions that wait. */
export function openAnswers(): TaskAnswers {
  return createTaskAnswers(new SFNClient({}));
}
