import Contracts
import Postgres
import ServiceHost

/// What the ledger seals beside its audit trail: each transfer together with its entries, and who
/// posted it, for which transfers stand in the trail as lines of their own.
enum LedgerSealing {
    static let kinds = [transfers]

    static let transfers = SealedKind(
        name: "transfer", lowestKey: "txn_00000000-0000-0000-0000-000000000000",
        isKey: isKey, following: following, contents: contents,
        trail: .init(list: trail, ofSubject: trailOfSubject, isSubject: isKey))

    @Sendable private static func isKey(_ text: String) -> Bool {
        TransferID(text)?.description == text
    }

    /// $1 xid, $2 key, $3 limit.
    private static let following = Statement(
        """
        SELECT xid, 'txn_' || id, (extract(epoch FROM created_at) * 1000000)::bigint
          FROM transfer
         WHERE (xid, id) > ($1::text::xid8, substr($2::text, 5)::uuid)
         ORDER BY xid, id
         LIMIT $3
        """)

    /// JSON put together piece by piece, as `json_build_object` would: that takes half as long
    /// again. Times without their zone, so that they do not depend on that of the session. What an
    /// entry says as its transfer does is written once for all of them. $1 keys.
    private static let contents = Statement(
        """
        SELECT 'txn_' || id, (extract(epoch FROM transfer.created_at) * 1000000)::bigint,
               concat('{"tenant" : ', told.tenant,
                      ', "reference" : ', coalesce(to_json(reference)::text, 'null'),
                      ', "payment" : ', coalesce('"' || payment || '"', 'null'),
                      ', "saga" : ', coalesce('"' || saga || '"', 'null'),
                      ', "hold" : ', coalesce('"' || hold || '"', 'null'),
                      ', "reverses" : ', coalesce('"' || reverses || '"', 'null'),
                      ', "xid" : "', xid,
                      '", "effective_at" : ', told.effective_at,
                      ', "metadata" : ', metadata,
                      ', "entries" : [', (
                   SELECT string_agg(
                              concat('{"line" : ', line,
                                     ', "tenant" : ',
                                     CASE WHEN entry.tenant = transfer.tenant THEN told.tenant
                                          ELSE to_json(entry.tenant)::text END,
                                     ', "account" : "', account,
                                     '", "version" : ', version,
                                     ', "side" : ', to_json(side),
                                     ', "amount" : ', amount,
                                     ', "currency" : ', to_json(currency),
                                     ', "balance_after" : ', balance_after,
                                     ', "created_at" : ',
                                     CASE WHEN entry.created_at = transfer.created_at
                                          THEN told.created_at
                                          ELSE to_json(entry.created_at AT TIME ZONE 'UTC')::text
                                     END,
                                     ', "effective_at" : ',
                                     CASE WHEN entry.effective_at = transfer.effective_at
                                          THEN told.effective_at
                                          ELSE to_json(entry.effective_at AT TIME ZONE 'UTC')::text
                                     END,
                                     ', "chain_at" : ',
                                     CASE WHEN entry.chain_at = transfer.effective_at
                                          THEN told.effective_at
                                          ELSE to_json(entry.chain_at AT TIME ZONE 'UTC')::text
                                     END,
                                     ', "displaced" : ', displaced, '}'), ', ')
                     FROM (SELECT * FROM entry
                            WHERE entry.transfer = transfer.id ORDER BY line) AS entry),
                      ']', ', "actor" : ' || to_json(actor),
                      ', "request_id" : ' || to_json(request_id), '}')
          FROM transfer
         CROSS JOIN LATERAL (
            SELECT to_json(transfer.tenant)::text AS tenant,
                   to_json(transfer.created_at AT TIME ZONE 'UTC')::text AS created_at,
                   to_json(transfer.effective_at AT TIME ZONE 'UTC')::text AS effective_at
            OFFSET 0) AS told
         WHERE id = ANY (ARRAY(SELECT substr(key, 5)::uuid FROM unnest($1::text[]) AS key))
        """)

    /// $1 tenant, $2 actor, $3 action, $4 below xid, $5 below key, $6 limit.
    private static let trail = Statement(
        """
        SELECT xid, 'txn_' || id, created_at, actor, told.action, 'txn_' || id, request_id, '{}',
               leaf.index
          FROM transfer
         CROSS JOIN LATERAL (
            SELECT CASE WHEN reverses IS NULL THEN 'transfer.posted'
                        ELSE 'transfer.reversed' END AS action) AS told
          LEFT JOIN audit_leaf AS leaf
            ON leaf.kind = 'transfer' AND leaf.row_key = 'txn_' || id
         WHERE tenant = $1 AND actor IS NOT NULL
           AND ($2::text IS NULL OR actor = $2)
           AND ($3::text IS NULL OR told.action = $3)
           AND (xid, id) < ($4::text::xid8, substr($5::text, 5)::uuid)
         ORDER BY xid DESC, id DESC
         LIMIT $6
        """)

    /// As `trail`, and $7 subject.
    private static let trailOfSubject = Statement(
        """
        SELECT xid, 'txn_' || id, created_at, actor, told.action, 'txn_' || id, request_id, '{}',
               leaf.index
          FROM transfer
         CROSS JOIN LATERAL (
            SELECT CASE WHEN reverses IS NULL THEN 'transfer.posted'
                        ELSE 'transfer.reversed' END AS action) AS told
          LEFT JOIN audit_leaf AS leaf
            ON leaf.kind = 'transfer' AND leaf.row_key = 'txn_' || id
         WHERE id = substr($7::text, 5)::uuid AND tenant = $1 AND actor IS NOT NULL
           AND ($2::text IS NULL OR actor = $2)
           AND ($3::text IS NULL OR told.action = $3)
           AND (xid, id) < ($4::text::xid8, substr($5::text, 5)::uuid)
         ORDER BY xid DESC, id DESC
         LIMIT $6
        """)
}
