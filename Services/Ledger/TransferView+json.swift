import CanonicalJSON
import Contracts
import Money
import ServiceHost

// The answer to every transfer that is posted.

extension TransferView: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            if let createdAt {
                json.member("created_at", createdAt)
            } else {
                json.null("created_at")
            }
            json.orNull("currency", currency?.code)
            json.member("effective_at", effectiveAt)
            json.member("entries", entries)
            json.orNull("hold", hold?.description)
            json.member("id", id)
            json.member("metadata", metadata.pairs)
            json.orNull("payment", payment?.description)
            json.orNull("reference", reference)
            json.member("reversals", reversals)
            json.member("reversed", reversed)
            json.orNull("reverses", reverses?.description)
        }
    }
}

extension TransferView.EntryView: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("account", account)
            json.member("amount", amount)
            json.member("balance_after", balanceAfter)
            json.member("currency", currency.code)
            json.member("side", side.rawValue)
        }
    }
}
