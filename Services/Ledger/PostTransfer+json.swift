import CanonicalJSON
import Contracts
import Money
import ServiceHost

// A request's hash is taken of these, and a batch has a thousand of them.

extension PostTransferBatch: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            if let answer { json.member("answer", answer.rawValue) }
            if let mode { json.member("mode", mode.rawValue) }
            json.member("transfers", transfers)
        }
    }
}

extension PostTransferBatch.Item: WritesJSON {
    func write(to json: inout JSONText) { transfer.write(to: &json, idempotencyKey) }
}

extension PostTransfer: WritesJSON {
    func write(to json: inout JSONText) { write(to: &json, nil) }

    fileprivate func write(to json: inout JSONText, _ idempotencyKey: String?) {
        json.object { json in
            if let currency { json.member("currency", currency.code) }
            if let dryRun { json.member("dry_run", dryRun) }
            if let effectiveAt { json.member("effective_at", effectiveAt) }
            json.member("entries", entries)
            if let idempotencyKey { json.member("idempotency_key", idempotencyKey) }
            if let metadata { json.member("metadata", metadata.pairs) }
            if let reference { json.member("reference", reference.text) }
        }
    }
}

extension PostTransfer.EntryInput: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("account", account)
            json.member("amount", amount.minorUnits)
            if let currency { json.member("currency", currency.code) }
            json.member("side", side.rawValue)
        }
    }
}
