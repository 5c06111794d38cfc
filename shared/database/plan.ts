import { raw, type Sql } from "sql-template-tag";

/**
 * For the select list of a transaction's first statement: has the statements of this transaction planned for the values they
 * come with, instead of once for all. Right where lists of hundreds are looked up, or where a table is a queue: a plan made
 * while it was empty reads all of it again and again when it is full. Costs a millisecond a statement.
 */
export const planForTheseValues: Sql = raw("set_config('plan_cache_mode', 'force_custom_plan', true)");
