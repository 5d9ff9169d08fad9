/// The SQL of this package's folder `SQL`, with what stands in braces filled in.
struct Script: Sendable {
    let text: String

    init(_ bytes: [UInt8], _ values: [String: String] = [:]) {
        text = values.reduce(String(decoding: bytes, as: UTF8.self)) { text, value in
            text.replacing("{\(value.key)}", with: value.value)
        }
    }
}
