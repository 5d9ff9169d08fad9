import CanonicalJSON
import Contracts

// What is written at every step of a payment, where it begins to change.

extension PaymentProgress: WritesJSON {
    func write(to json: inout JSONText) {
        json.object { json in
            json.member("amount", amount)
            if let customer { json.member("customer", customer) }
            json.member("destination", destination)
            json.member("fee", fee)
            json.member("hold", hold)
            json.member("invoice", invoice)
            json.member("payment", payment)
            json.member("source", source)
            json.member("tax", tax)
            json.member("transfer", transfer)
        }
    }
}
