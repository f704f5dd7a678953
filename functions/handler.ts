/** What a Lambda function is to its host: JSON in, JSON out. Thrown errors are matched by name in Step Functions. */
export type Handler = (payload: unknown) => Promise<unknown>;
