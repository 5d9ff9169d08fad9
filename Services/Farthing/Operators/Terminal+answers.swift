import LocalStack

extension Terminal {
    /// Shows an answer: as these lines, or as it came.
    func show(_ answer: APIClient.Answer, asJSON: Bool, _ lines: [String]) {
        if asJSON {
            line(String(decoding: answer.bytes, as: UTF8.self))
        } else {
            for text in lines { line(text) }
        }
    }
}
