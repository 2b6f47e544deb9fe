/** A flag as PostgreSQL reads it: `on`, `true`, `yes`, `1`, and what they begin with. */
export function isOn(value: string): boolean {
  return /^(on|1|t|tr|tru|true|y|ye|yes)$/i.test(value.trim());
}

const units: Record<string, number> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of a setting for which they are the unit; undefined for what is no duration. */
export function durationOf(value: string): number | undefined {
  const [, number, unit = "ms"] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(value) ?? [];
  const factor = units[unit === "" ? "ms" : unit];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

/** Milliseconds in which not even an ordinary statement is sure to end; 0 is for ever. */
export function tiny(milliseconds: number): boolean {
  return milliseconds > 0 && milliseconds <= 20;
}

const speed =
  /^(work_mem|maintenance_work_mem|autovacuum_work_mem|logical_decoding_work_mem|hash_mem_multiplier|temp_buffers|effective_cache_size|effective_io_concurrency|maintenance_io_concurrency|(random|seq)_page_cost|cpu_\w+_cost|parallel_\w+_cost|min_parallel_\w+|max_parallel_\w+|enable_\w+|geqo\w*|jit\w*|from_collapse_limit|join_collapse_limit|default_statistics_target|plan_cache_mode|cursor_tuple_fraction|log_\w+|track_\w+|compute_query_id|application_name|auto_explain\.\w+|pg_stat_statements\.\w+|client_min_messages|synchronous_commit|commit_delay|commit_siblings)$/;

/** Whether a setting bears on how fast statements are and what is logged of them, never on what they do. */
export function isOnlySpeed(name: string): boolean {
  return speed.test(name);
}
