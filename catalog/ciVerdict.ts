/** What CI can have said of a release. Apart from the schema, so that the command's help loads no schema library. */
export const ciVerdicts = ["passed", "failed", "unknown"] as const;
export type CiVerdict = (typeof ciVerdicts)[number];
