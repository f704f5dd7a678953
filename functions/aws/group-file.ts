import { groupFileHandler } from '../group-file.ts';
import { openAudits } from './serving/audits.ts';
import { onLambda } from './serving/on-lambda.ts';

const audits = openAudits();

export const handler = onLambda(() => groupFileHandler(audits));
