import CanonicalJSON
import Contracts
import Money
import Saga
import ServiceHost

// What is asked for each payment, of which the hash is taken, and what is answered.

extension CreatePayment.Request: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount.minorUnits)
            json.member("currency", currency.code)
            if let customer { json.member("customer", customer) }
            if let description { json.member("description", description.text) }
            json.member("destination", destination)
            if let metadata { json.member("metadata", metadata.pairs) }
            if let reference { json.member("reference", reference.text) }
            json.member("source", source)
        }
    }
}

extension PaymentView: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            json.member("amount_refunded", amountRefunded)
            json.member("created_at", createdAt)
            json.member("currency", currency.code)
            json.orNull("customer", customer?.description)
            json.orNull("description", description)
            json.member("destination", destination)
            if let endedAt { json.member("ended_at", endedAt) } else { json.null("ended_at") }
            if let failure { json.member("failure", failure) } else { json.null("failure") }
            if let fee { json.member("fee", fee) } else { json.null("fee") }
            json.member("id", id)
            json.orNull("invoice", invoice?.description)
            json.member("metadata", metadata.pairs)
            json.orNull("reference", reference)
            json.member("source", source)
            json.member("status", status.rawValue)
            if let tax { json.member("tax", tax) } else { json.null("tax") }
            if let timeline { json.member("timeline", timeline) }
            json.orNull("transfer", transfer?.description)
        }
    }
}

extension Payment.Failure: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("code", code)
            json.member("detail", detail)
            json.member("step", step)
        }
    }
}
