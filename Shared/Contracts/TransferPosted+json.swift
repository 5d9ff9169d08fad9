public import CanonicalJSON
import Money

// An event of this kind is written for every transfer.

extension TransferPosted: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("entries", entries)
            if let payment { json.member("payment", payment) }
            if let reverses { json.member("reverses", reverses) }
            json.member("transfer", transfer)
        }
    }
}

extension TransferPosted.Line: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("account", account)
            json.member("amount", amount)
            json.member("side", side)
        }
    }
}
