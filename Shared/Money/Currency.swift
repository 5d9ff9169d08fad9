/// A currency of ISO 4217, which says how many decimal digits its minor unit has.
///
/// Only active codes are known, so that a misspelt code is refused at the edge instead of
/// opening an account in a currency that does not exist.
public struct Currency: Hashable, Sendable, CustomStringConvertible {
    /// Three upper-case letters, for example `USD`.
    public let code: String
    /// Decimal digits of the minor unit: 2 for USD (cents), 0 for JPY, 3 for KWD, 4 for CLF.
    public let exponent: Int

    /// Looks a code up; `nil` if ISO 4217 has no such active currency. Lower case is not a code.
    public init?(_ code: String) {
        guard let exponent = Self.exponents[code] else { return nil }
        self.code = code
        self.exponent = exponent
    }

    public var description: String { code }

    /// ISO 4217 list one: every active code whose minor unit is defined.
    private static let exponents: [String: Int] = {
        var table: [String: Int] = [:]
        for (exponent, codes) in [(0, noDigits), (2, twoDigits), (3, threeDigits), (4, fourDigits)]
        {
            for code in codes.split(separator: " ") { table[String(code)] = exponent }
        }
        return table
    }()

    private static let noDigits =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
    private static let threeDigits = "BHD IQD JOD KWD LYD OMR TND"
    private static let fourDigits = "CLF UYW"
    private static let twoDigits = """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP \
        BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD \
        FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD \
        KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD \
        NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP \
        SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED \
        VES WST XCD XCG YER ZAR ZMW ZWG
        """
}

extension Currency: Codable {
    /// Reads the code as a JSON string; an unknown code throws `DecodingError.dataCorrupted`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let code = try container.decode(String.self)
        guard let currency = Currency(code) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "'\(code)' is not an ISO 4217 currency")
        }
        self = currency
    }

    /// Writes the code as a JSON string.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(code)
    }
}
