/// The script of one transfer by hand.
enum BareLedger {
    static func transfer(_ spread: Spread, _ accounts: Int, pipelined: Bool) -> Script {
        Script(
            PackageResources.bare_transfer_sql,
            [
                "accounts": spread.drawTwo(of: accounts),
                "begin": pipelined ? "\\startpipeline\nBEGIN;" : "BEGIN;",
                "commit": pipelined ? "COMMIT;\n\\endpipeline" : "COMMIT;",
            ])
    }

    /// The same with the ledger's own tables and checks.
    static func checkedTransfer(_ spread: Spread, _ accounts: Int) -> Script {
        Script(
            PackageResources.checked_transfer_sql, ["accounts": spread.drawTwo(of: accounts)])
    }
}
