/** Asks a database; rows come as objects by column name. */
export type Query = <Row>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>;
