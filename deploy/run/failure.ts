/**
 * Something outside our code keeps the platform from coming up. Its message is the one sentence people read:
 * which part, why, and where its log is. Every other error is a defect and is shown with its stack.
 */
export class Failure extends Error {
  override name = "Failure";
}

/** The sentence of a failure, or for a defect everything that helps to find it. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Failure) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
