public import CanonicalJSON
public import Money

extension ID: WritesJSON {
    public func write(to json: inout JSONText) { json.string(description) }
}

extension JSONText {
    /// A member that is an amount, as `Money` encodes itself.
    public mutating func member(_ name: StaticString, _ amount: Money) {
        member(name) { json in
            json.object { json in
                json.member("currency", amount.currency.code)
                json.member("minor_units", amount.minorUnits)
            }
        }
    }
}
