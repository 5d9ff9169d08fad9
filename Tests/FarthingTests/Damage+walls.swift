extension Damage {
    /// The database's own walls, breached without anything having come through yet.
    static let walls = [
        Damage(
            "a trigger disabled", in: .ledger, foundBy: ["triggers-are-enabled"],
            "ALTER TABLE entry DISABLE TRIGGER entry_append_only"),
        Damage(
            "the check of reversals disabled", in: .ledger,
            foundBy: ["triggers-are-enabled"],
            "ALTER TABLE transfer DISABLE TRIGGER transfer_reversed_within"),
        Damage(
            "foreign keys disabled", in: .ledger, foundBy: ["triggers-are-enabled"],
            "ALTER TABLE hold DISABLE TRIGGER ALL"),
        Damage(
            "a trigger dropped", in: .ledger, foundBy: ["triggers-are-present"],
            "DROP TRIGGER transfer_reversed_within ON transfer"),
        Damage(
            "a trigger dropped", in: .billing, foundBy: ["triggers-are-present"],
            "DROP TRIGGER invoice_counter_gapless ON invoice_counter"),
        Damage(
            "a trigger dropped", in: .payment, foundBy: ["triggers-are-present"],
            "DROP TRIGGER payment_ends_once ON payment"),
        Damage(
            "the right to remove entries granted", in: .ledger,
            foundBy: ["facts-cannot-be-changed"],
            "GRANT DELETE ON entry TO farthing_service"),
        Damage(
            "the right to record entries granted", in: .ledger,
            foundBy: ["balances-have-one-door"],
            "GRANT INSERT ON entry TO farthing_service"),
        Damage(
            "the right to move a balance granted", in: .ledger,
            foundBy: ["balances-have-one-door"],
            "GRANT UPDATE (posted) ON account TO farthing_service"),
        Damage(
            "the right to edit one column of the audit trail granted", in: .payment,
            foundBy: ["facts-cannot-be-changed"],
            "GRANT UPDATE (detail) ON audit TO farthing_service"),
        Damage(
            "the outbox said to reach back to now only", in: .ledger,
            foundBy: ["outbox-reaches-back"],
            "UPDATE outbox_kept SET since = now()"),
        Damage(
            "the outbox not said to reach back at all", in: .billing,
            foundBy: ["outbox-reaches-back"],
            "DELETE FROM outbox_kept"),
        Damage(
            "an audit row that nobody seals", in: .payment, foundBy: ["audit-is-sealed"],
            anyCheckpoint + """
                INSERT INTO audit (at, tenant, actor, action, subject, detail)
                VALUES (now() - interval '2 minutes', 'acme', 'a', 'b', 'c', '{}')
                """),
        Damage(
            "transfers that nobody seals", in: .ledger, foundBy: ["transfers-are-sealed"],
            World.forgetOldMessages + anyCheckpoint),
        Damage(
            "the root of a subtree changed", in: .billing,
            foundBy: ["subtrees-are-of-their-leaves"],
            leaves + "INSERT INTO audit_subtree VALUES (1, 1, sha256('x'))"),
        Damage(
            "a root written down of leaves that are not all there", in: .payment,
            foundBy: ["subtrees-are-of-their-leaves"],
            leaves + "INSERT INTO audit_subtree VALUES (1, 2, sha256('x'))"),
        Damage(
            "the trigger that keeps the sealed leaves dropped", in: .billing,
            foundBy: ["triggers-are-present"],
            "DROP TRIGGER audit_leaf_is_append_only ON audit_leaf"),
        Damage(
            "the right to edit the roots of subtrees granted", in: .ledger,
            foundBy: ["facts-cannot-be-changed"],
            "GRANT UPDATE ON audit_subtree TO farthing_service"),
    ]

    /// Two complete subtrees, and some.
    private static let leaves = """
        INSERT INTO audit_leaf (index, kind, row_key, leaf_hash, chain_hash)
        SELECT index, 'audit', 'old_' || index, sha256('a'), sha256('a')
        FROM generate_series(0, 599) AS index;
        """

    /// From a first checkpoint on, all is sealed.
    private static let anyCheckpoint = """
        INSERT INTO audit_checkpoint (tree_size, root, chain, at, note, frontier, cursors)
        VALUES (1, sha256('a'), sha256('a'), now(), '', sha256('a'), '[]');
        """
}
