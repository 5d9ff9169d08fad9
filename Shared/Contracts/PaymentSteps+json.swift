public import CanonicalJSON

// What every payment says on its way, in the order in which it does.

extension PaymentCreated: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            json.member("destination", destination)
            json.member("payment", payment)
            json.member("source", source)
        }
    }
}

extension PlaceHold: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            json.member("hold", hold)
            json.member("payment", payment)
            json.member("source", source)
        }
    }
}

extension PlaceHold.Done: WritesJSON {
    public func write(to json: inout JSONText) { json.object { $0.member("hold", hold) } }
}

extension OpenInvoice: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            if let customer { json.member("customer", customer) }
            json.member("destination", destination)
            json.member("invoice", invoice)
            json.member("payment", payment)
            json.member("source", source)
        }
    }
}

extension OpenInvoice.Done: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("fee", fee)
            json.member("invoice", invoice)
            json.member("tax", tax)
        }
    }
}

extension PostHold: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            json.member("destination", destination)
            json.member("fee", fee)
            json.member("hold", hold)
            json.member("payment", payment)
            json.member("source", source)
            json.member("tax", tax)
            json.member("transfer", transfer)
        }
    }
}

extension PostHold.Done: WritesJSON {
    public func write(to json: inout JSONText) { json.object { $0.member("transfer", transfer) } }
}

extension SettleInvoice: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("invoice", invoice)
            json.member("key", key)
        }
    }
}

extension SettleInvoice.Done: WritesJSON {
    public func write(to json: inout JSONText) { json.object { $0.member("number", number) } }
}

extension PaymentSucceeded: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            json.member("fee", fee)
            json.member("payment", payment)
            json.member("tax", tax)
            json.member("transfer", transfer)
        }
    }
}

extension HoldChanged: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("account", account)
            json.member("amount", amount)
            json.member("change", change.rawValue)
            json.member("hold", hold)
        }
    }
}

extension InvoiceChanged: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            json.member("change", change.rawValue)
            json.member("fee", fee)
            json.member("invoice", invoice)
            if let number { json.member("number", number) }
            json.member("payment", payment)
            json.member("tax", tax)
        }
    }
}

extension Reply: WritesJSON where Done: WritesJSON {
    public func write(to json: inout JSONText) {
        json.object { json in
            switch self {
            case .done(let done):
                json.member("done", done)
                json.member("outcome", "done")
            case .refused(let refusal):
                json.member("outcome", "refused")
                json.member("refusal") { json in
                    json.object { json in
                        json.member("code", refusal.code)
                        json.member("detail", refusal.detail)
                    }
                }
            }
        }
    }
}
