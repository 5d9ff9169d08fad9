extension Damage {
    /// The times of entries, and what is summed by them.
    static let time = [
        Damage(
            "an entry recorded before the one before it", in: .ledger,
            foundBy: ["times-run-on", "entries-have-their-transfers-times"],
            """
            UPDATE entry SET created_at = created_at - interval '1 day'
            WHERE account = '01901600-0000-7000-8000-000000000003' AND version = 2
            """),
        Damage(
            "an entry dated back", in: .ledger,
            foundBy: [
                "times-run-on", "entries-have-their-transfers-times",
                "displaced-entries-are-summed",
            ],
            """
            UPDATE entry SET effective_at = effective_at - interval '1 day'
            WHERE account = '01901600-0000-7000-8000-000000000003' AND version = 2
            """),
        Damage(
            "a transfer dated back", in: .ledger,
            foundBy: ["entries-have-their-transfers-times"],
            """
            UPDATE transfer SET effective_at = effective_at - interval '1 day'
            WHERE id = '01901600-0000-7000-8000-0000000000a5'
            """),
        Damage(
            "an account's chain set back", in: .ledger,
            foundBy: ["accounts-end-with-their-entries"],
            """
            UPDATE account SET chain_at = chain_at - interval '1 day'
            WHERE id = '01901600-0000-7000-8000-000000000003'
            """),
        Damage(
            "a sum of displaced entries that nobody displaced", in: .ledger,
            foundBy: ["displaced-entries-are-summed"],
            """
            INSERT INTO displacement (account, level, bucket, amount)
            VALUES ('01901600-0000-7000-8000-000000000003', 3, 1, 5)
            """),
    ]
}
