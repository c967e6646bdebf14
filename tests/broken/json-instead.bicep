{
  "resources": []
}
]
