import Contracts
import Postgres
import ServiceHost

/// What the ledger seals beside its audit trail: each transfer together with its entries.
enum LedgerSealing {
    static let kinds = [transfers]

    static let transfers = SealedKind(
        name: "transfer", lowestKey: "txn_00000000-0000-0000-0000-000000000000",
        isKey: { TransferID($0)?.description == $0 }, following: following, contents: contents)

    /// $1 xid, $2 key, $3 limit.
    private static let following = Statement(
        """
        SELECT xid, 'txn_' || id, (extract(epoch FROM created_at) * 1000000)::bigint
          FROM transfer
         WHERE (xid, id) > ($1::text::xid8, substr($2::text, 5)::uuid)
         ORDER BY xid, id
         LIMIT $3
        """)

    /// Written as `json`, which takes half the time of `jsonb`; times without their zone, so that
    /// they do not depend on that of the session. $1 keys.
    private static let contents = Statement(
        """
        SELECT 'txn_' || id, (extract(epoch FROM created_at) * 1000000)::bigint,
               json_build_object(
                   'tenant', tenant, 'reference', reference, 'payment', payment, 'saga', saga,
                   'hold', hold, 'reverses', reverses, 'xid', xid::text,
                   'effective_at', effective_at AT TIME ZONE 'UTC', 'metadata', metadata,
                   'entries', (
                       SELECT json_agg(
                                  json_build_object(
                                      'line', line, 'tenant', entry.tenant, 'account', account,
                                      'version', version, 'side', side, 'amount', amount,
                                      'currency', currency, 'balance_after', balance_after,
                                      'created_at', entry.created_at AT TIME ZONE 'UTC',
                                      'effective_at', entry.effective_at AT TIME ZONE 'UTC',
                                      'chain_at', chain_at AT TIME ZONE 'UTC',
                                      'displaced', displaced)
                                  ORDER BY line)
                         FROM entry
                        WHERE entry.transfer = transfer.id))::text
          FROM transfer
         WHERE id = ANY (ARRAY(SELECT substr(key, 5)::uuid FROM unnest($1::text[]) AS key))
        """)
}
