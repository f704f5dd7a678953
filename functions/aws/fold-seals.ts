import { foldSealsHandler } from '../fold-seals.ts';
import { openAudits } from './serving/audits.ts';
import { onLambda } from './serving/on-lambda.ts';

const audits = openAudits();

export const handler = onLambda(() => foldSealsHandler(audits));
